// SPDX-License-Identifier: MPL-2.0

// `Object.defineProperty` on a prototype.

export default function attempt(): unknown {
  return Object.defineProperty(Object.prototype, "stolen", { value: 1 });
}
