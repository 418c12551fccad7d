// SPDX-License-Identifier: MPL-2.0

// Indirect `eval`: `(0, eval)`.

export default function attempt(): unknown {
  return (0, eval)("typeof process");
}
