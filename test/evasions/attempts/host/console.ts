// SPDX-License-Identifier: MPL-2.0

// The host's console.

export default function attempt(): unknown {
  return console;
}
