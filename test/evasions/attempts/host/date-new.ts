// SPDX-License-Identifier: MPL-2.0

// The host's clock by `new Date()`.

export default function attempt(): unknown {
  return { clock: new Date().getTime() };
}
