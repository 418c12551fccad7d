// SPDX-License-Identifier: MPL-2.0

// A method without its object, put on another.

class Counter {
  count = 1;
  show(): string {
    return this.count.toFixed();
  }
}

export default (): unknown => {
  const other: { count: string; show: () => string } = { count: "text", show: new Counter().show };
  return other.show();
};
