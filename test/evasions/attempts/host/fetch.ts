// SPDX-License-Identifier: MPL-2.0

// The host's network.

export default function attempt(): unknown {
  return fetch;
}
