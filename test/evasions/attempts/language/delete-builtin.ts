// SPDX-License-Identifier: MPL-2.0

// A built-in taken away.

export default function attempt(): unknown {
  delete (Object as { keys?: unknown }).keys;
  return 0;
}
