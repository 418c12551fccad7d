// SPDX-License-Identifier: MPL-2.0

/** Instructions of the program for which one of them may be compiled: that takes as long as interpreting some 2,000. */
export const RETIRED_PER_COMPILED = 30_000;
/** As many may be compiled beforehand: all that most programs need. */
const MOST = 20_000;
/** Each debt of so many instructions doubles the samples that make code hot. */
const DOUBLING = 2_500;

/**
 * Keeps compiling in proportion to what runs. Programs such as compilers execute much code a little: to compile it takes
 * longer than interpreting it ever would, and what is compiled does not fit the host's caches. So who has compiled more than the
 * program's instructions allow for wants more samples of what comes next.
 */
export class CompileCredit {
  #instructions = MOST;
  #compiled = 0;

  /** The program has gone on for `retired` instructions; `compiled` have been compiled in all. */
  update(retired: number, compiled: number): void {
    const spent = compiled - this.#compiled;
    this.#compiled = compiled;
    const earned = retired / RETIRED_PER_COMPILED;
    this.#instructions = Math.min(MOST, this.#instructions - spent + earned);
  }

  /** How many samples make hot what `least` do as long as there is credit. */
  samples(least: number): number {
    return this.#instructions >= 0 ? least : least * 2 ** (-this.#instructions / DOUBLING);
  }
}
