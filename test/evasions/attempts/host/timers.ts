// SPDX-License-Identifier: MPL-2.0

// The host's timers.

export default function attempt(): unknown {
  return setTimeout(() => {}, 0);
}
