// SPDX-License-Identifier: MPL-2.0

// A field with `declare`.

export default function attempt(): unknown {
  class Base {
    value: unknown = "text";
  }
  class Heir extends Base {
    declare value: number;
  }
  return new Heir().value;
}
