// SPDX-License-Identifier: MPL-2.0

// `this is T` that lies.

class Box {
  isFull(): this is { readonly value: number } {
    return true;
  }
}

export default (): unknown => {
  const box = new Box();
  return box.isFull() ? box.value : 0;
};
