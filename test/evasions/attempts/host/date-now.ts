// SPDX-License-Identifier: MPL-2.0

// The host's clock by `Date.now`.

export default function attempt(): unknown {
  return { clock: Date.now() };
}
