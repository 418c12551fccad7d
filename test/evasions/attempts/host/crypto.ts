// SPDX-License-Identifier: MPL-2.0

// The host's entropy.

export default function attempt(): unknown {
  return crypto.getRandomValues(new Uint8Array(4));
}
