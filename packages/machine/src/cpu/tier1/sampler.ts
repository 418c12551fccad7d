// SPDX-License-Identifier: MPL-2.0

/** Samples of a page until it is compiled. */
const HOT_SAMPLES = 6;
/** Different places of a page that become seeds of one region. */
const MAX_SEEDS = 12;
/** Instructions between two samples: few while they find code that is not compiled. */
const SHORTEST = 6_000;
const LONGEST = 50_000;

/** What the sampler finds at rip. */
export interface SamplerHost {
  /** The code slot of rip's page, or -1. */
  slotAtRip(): number;
  offsetAtRip(): number;
  isCompiled(slot: number, offset: number): boolean;
  compile(slot: number, seeds: readonly number[]): boolean;
}

/**
 * Finds hot code without any cost to the interpreter's loop: every so many instructions it looks where the program is.
 * That is always at the head of a loop, a function's entry or where one returns to. It counts
 * instructions only, never time, so that two runs of a program compile the same at the same points.
 */
export class Sampler {
  readonly #host: SamplerHost;
  /** How often each offset of a page was seen, by code slot. */
  readonly #seen = new Map<number, Map<number, number>>();
  /** Instructions until the next sample. */
  interval: number = SHORTEST;

  constructor(host: SamplerHost) {
    this.#host = host;
  }

  sample(): void {
    const host = this.#host;
    const slot = host.slotAtRip();
    if (slot < 0) return;
    const offset = host.offsetAtRip();
    if (host.isCompiled(slot, offset)) {
      this.interval = Math.min(LONGEST, 2 * this.interval);
      return;
    }
    this.interval = Math.max(SHORTEST, this.interval >>> 1);
    let page = this.#seen.get(slot);
    if (page === undefined) this.#seen.set(slot, (page = new Map()));
    page.set(offset, (page.get(offset) ?? 0) + 1);
    let total = 0;
    for (const count of page.values()) total += count;
    if (total < HOT_SAMPLES) return;
    this.#seen.delete(slot);
    const seeds = [...page].sort((a, b) => b[1] - a[1]).map(([at]) => at);
    host.compile(slot, seeds.slice(0, MAX_SEEDS));
  }

  pageDropped(slot: number): void {
    this.#seen.delete(slot);
  }

  allDropped(): void {
    this.#seen.clear();
  }
}
