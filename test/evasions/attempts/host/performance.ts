// SPDX-License-Identifier: MPL-2.0

// The host's clock by `performance`.

export default function attempt(): unknown {
  return { clock: performance.now() };
}
