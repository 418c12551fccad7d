// SPDX-License-Identifier: MPL-2.0

// A disposable of its own, whose end changes the library.

export default (): unknown => {
  using end = {
    [Symbol.dispose](): void {
      Array.prototype.at = () => "forged";
    },
  };
  return end;
};
