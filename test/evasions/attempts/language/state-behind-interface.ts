// SPDX-License-Identifier: MPL-2.0

// State at module level, in an object whose type shows methods alone.

interface Source {
  next(): number;
}
class Counter implements Source {
  private count = 0;
  next(): number {
    return ++this.count;
  }
}
const source: Source = new Counter();

export default (): unknown => source.next() + source.next();
