// SPDX-License-Identifier: MPL-2.0

// The maker of functions, from the block of a class.

let made: unknown;
export class Maker {
  static {
    made = this["constructor"];
  }
}
export default (): unknown => made;
