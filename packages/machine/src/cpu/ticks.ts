// SPDX-License-Identifier: MPL-2.0

import { REGION_LAST_TICK, TICK } from "./layout.ts";
import type { Sampler } from "./tier1/sampler.ts";

/** Instructions between two ticks, unless told otherwise. */
const DEFAULT_TICK = 100_000;

/** What is known of the sampler, which is asked to look where the program is each time that it is stopped. */
type TickSampler = Pick<Sampler, "interval" | "sample">;

export interface TickOptions {
  /** Asked at each tick: true leaves user mode. */
  readonly onTick: () => boolean;
  /** Instructions between two ticks. */
  readonly tickInstructions?: number | undefined;
  /** The same number of instructions lies between all ticks, however they are executed. */
  readonly steadyTicks?: boolean | undefined;
  readonly sampler: TickSampler | undefined;
}

/** Counts instructions, and stops the program after so many of them for a sample, for a tick, or for both. */
export class Ticks {
  readonly #words: Int32Array;
  readonly #onTick: () => boolean;
  readonly #sampler: TickSampler | undefined;
  #every: number;
  #isSteady: boolean;
  /** Instructions between the tick before and the next one. */
  #due: number;
  /** Instructions since onTick was asked. */
  #since = 0;
  /** What TICK started from, to know how many instructions have been retired since. */
  #start = 0;
  /** No small integer, which it would not stay: see the clock's `lastNs`. */
  #retired: number = -0;

  /** `words`: the memory that layout.ts describes. */
  constructor(words: Int32Array, options: TickOptions) {
    this.#words = words;
    this.#onTick = options.onTick;
    this.#sampler = options.sampler;
    this.#every = options.tickInstructions ?? DEFAULT_TICK;
    this.#isSteady = options.steadyTicks === true || options.tickInstructions !== undefined;
    this.#due = this.#every;
    this.#goOn();
  }

  /** Instructions retired since the CPU was made. */
  get instructions(): number {
    return this.#retired + this.#start - (this.#words[TICK >> 2] ?? 0);
  }

  /** Instructions between two ticks; setting it starts to count anew. */
  get every(): number {
    return this.#every;
  }

  set every(count: number) {
    this.#retired = this.instructions;
    this.#since = 0;
    this.#every = count;
    this.#isSteady = true;
    this.#due = count;
    this.#goOn();
  }

  /** The countdown has ended: whether user mode is to be left. */
  tick(): boolean {
    const words = this.#words;
    const passed = this.#start - (words[TICK >> 2] ?? 0);
    this.#retired += passed;
    this.#since += passed;
    const isCompiled = words[REGION_LAST_TICK >> 2] !== 0;
    this.#sampler?.sample();
    const isDue = this.#since >= this.#due;
    if (isDue) {
      this.#since = 0;
      this.#due = isCompiled && !this.#isSteady ? this.#longest() : this.#every;
    }
    this.#goOn();
    return isDue && this.#onTick();
  }

  /** Compiled code is stopped for ticks and samples together. */
  #longest(): number {
    return Math.max(this.#every, this.#sampler?.interval ?? 0);
  }

  /** Counts down to the next sample or the next tick, whichever comes first. */
  #goOn(): void {
    const left = this.#due - this.#since;
    this.#start = Math.min(left, this.#sampler?.interval ?? left);
    this.#words[TICK >> 2] = this.#start;
  }
}
