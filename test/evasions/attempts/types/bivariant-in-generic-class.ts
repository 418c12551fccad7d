// SPDX-License-Identifier: MPL-2.0

// A method of a generic class that takes less than it promises.

interface Sink<T> {
  take(value: T | string): void;
}
class Narrow<T extends { size: number }> implements Sink<T> {
  take(value: T): void {
    value.size.toFixed();
  }
}

export default (): unknown => {
  const sink: Sink<{ size: number }> = new Narrow();
  sink.take("text");
  return 0;
};
