// SPDX-License-Identifier: MPL-2.0

// A static method that takes less.

class Sink {
  static take(value: unknown): unknown {
    return value;
  }
}
class Narrow extends Sink {
  static override take(value: string): unknown {
    return value.trim();
  }
}

export default (): unknown => {
  const kind: typeof Sink = Narrow;
  return kind.take(5);
};
