// SPDX-License-Identifier: MPL-2.0

// A field that a base's constructor uses before the heir has it.

class Base {
  readonly first: string;
  constructor() {
    this.first = this.show();
  }
  show(): string {
    return "";
  }
}
class Heir extends Base {
  readonly count: number = 5;
  override show(): string {
    return this.count.toFixed();
  }
}

export default (): unknown => new Heir().first;
