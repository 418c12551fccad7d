// SPDX-License-Identifier: MPL-2.0

// A setter that takes less than the one it stands for.

class Base {
  set value(value: number | string) {
    value.toString();
  }
}
class Heir extends Base {
  override set value(value: number) {
    value.toFixed();
  }
}

export default (): unknown => {
  const base: Base = new Heir();
  base.value = "text";
  return base;
};
