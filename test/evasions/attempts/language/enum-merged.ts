// SPDX-License-Identifier: MPL-2.0

// An enum declared twice.

enum Flags {
  A = 1,
}
enum Flags {
  B = 2,
}

export default (): unknown => Flags.A | Flags.B;
