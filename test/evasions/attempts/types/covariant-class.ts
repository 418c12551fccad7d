// SPDX-License-Identifier: MPL-2.0

// A class with a type parameter, whose method takes it, as one of more.

class Box<T> {
  private item: T;
  constructor(item: T) {
    this.item = item;
  }
  put(item: T): void {
    this.item = item;
  }
  take(): T {
    return this.item;
  }
}

export default (): unknown => {
  const numbers: Box<number> = new Box(1);
  const loose: Box<number | string> = numbers;
  loose.put("text");
  return numbers.take().toFixed();
};
