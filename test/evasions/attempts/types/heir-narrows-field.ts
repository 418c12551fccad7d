// SPDX-License-Identifier: MPL-2.0

// A field that an heir takes for less.

class Base {
  value: number | string = 1;
}
class Heir extends Base {
  override value: number = 2;
  show(): string {
    return this.value.toFixed();
  }
}

export default (): unknown => {
  const heir = new Heir();
  const put = (base: Base): void => {
    base.value = "text";
  };
  put(heir);
  return heir.show();
};
