// SPDX-License-Identifier: MPL-2.0

// A promise whose heirs choose the class of what `then` makes.

export default (): unknown => {
  class Own extends Promise<number> {
    static get [Symbol.species](): PromiseConstructor {
      return Promise;
    }
  }
  return typeof new Own(() => {}).then(() => 1);
};
