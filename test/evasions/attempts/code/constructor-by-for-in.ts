// SPDX-License-Identifier: MPL-2.0

// The maker of functions, by a key that a loop found.

export default function attempt(): unknown {
  let found: unknown;
  for (const key in { constructor: 1 }) found = (() => 1)[key];
  return found;
}
