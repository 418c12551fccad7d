// SPDX-License-Identifier: MPL-2.0

// A method out of a pattern.

class Counter {
  count = 1;
  show(): string {
    return this.count.toFixed();
  }
}

export default (): unknown => {
  const { show } = new Counter();
  const other: { count: string; show: () => string } = { count: "text", show };
  return other.show();
};
