// SPDX-License-Identifier: MPL-2.0

/** The promise that a parked task awaits. */
export class Suspension {
  #resolve: ((value: number) => void) | undefined;
  readonly #executor = (resolve: (value: number) => void): void => {
    this.#resolve = resolve;
  };

  /** A promise that `settle` settles. */
  suspend(): Promise<number> {
    return new Promise(this.#executor);
  }

  /** The same, for those whom the value does not matter. */
  suspendVoid(): Promise<void> {
    // SAFETY: the receiver of a Promise<void> ignores the value.
    return this.suspend() as Promise<unknown> as Promise<void>;
  }

  /** Settles the promise; false when there is none. */
  settle(value: number): boolean {
    const resolve = this.#resolve;
    if (resolve === undefined) {
      return false;
    }
    this.#resolve = undefined;
    resolve(value);
    return true;
  }
}
