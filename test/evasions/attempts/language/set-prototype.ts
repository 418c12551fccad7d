// SPDX-License-Identifier: MPL-2.0

// `Object.setPrototypeOf` on a built-in.

export default function attempt(): unknown {
  return Object.setPrototypeOf(Array.prototype, { stolen: 1 });
}
