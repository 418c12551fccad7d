// SPDX-License-Identifier: MPL-2.0

// An interface merged into a class.

class Thing {}
interface Thing {
  value: number;
}

export default (): unknown => new Thing().value;
