// SPDX-License-Identifier: MPL-2.0

/** OSTD broke an invariant. `invariant` is its name in docs/soundness.md. */
export class Violation extends Error {
  constructor(invariant, message) {
    super(`${invariant}: ${message}`);
    this.name = "Violation";
    this.invariant = invariant;
  }
}

export function demand(condition, invariant, message) {
  if (!condition)
    throw new Violation(invariant, typeof message === "function" ? message() : message);
}
