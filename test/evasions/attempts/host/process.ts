// SPDX-License-Identifier: MPL-2.0

// The host's `process`, by its name.

export default function attempt(): unknown {
  return process;
}
