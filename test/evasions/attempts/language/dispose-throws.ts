// SPDX-License-Identifier: MPL-2.0

// A disposable that throws when it ends, in place of what was thrown.

export default (): unknown => {
  class Loud implements Disposable {
    [Symbol.dispose](): void {
      throw new Error("in place of the other");
    }
  }
  using loud = new Loud();
  throw new Error(`the first ${String(loud)}`);
};
