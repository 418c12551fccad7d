// SPDX-License-Identifier: MPL-2.0

// An accessor over a field.

export default function attempt(): unknown {
  class Base {
    size = 1;
  }
  class Heir extends Base {
    override get size(): number {
      return 2;
    }
  }
  return new Heir().size;
}
