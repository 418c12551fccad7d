// SPDX-License-Identifier: MPL-2.0

// A field with `!`.

export default function attempt(): unknown {
  class Late {
    value!: number;
  }
  return new Late().value;
}
