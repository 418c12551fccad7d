// SPDX-License-Identifier: MPL-2.0

// The same in a static field.

class Counter {
  static count = 0;
}

export default (): unknown => ++Counter.count;
