// SPDX-License-Identifier: MPL-2.0

import { type Address, pageAddress } from "./address.ts";
import type { Callees } from "./source.ts";

/** Functions that one call is compared with. */
const MAX_CALLEES = 6;
/** What makes up less of a call's samples is left out. */
const LEAST_SHARE = 1 / 8;

/** A call that was met when the tick was asked. */
export interface SampledCall {
  /** Where at LINKS its entry is. */
  readonly link: number;
  readonly callee: Address;
  /** For how many instructions of the program the sample stands. */
  readonly instructions: number;
}

/** What the computed calls of a region call, as seen at samples. */
export class CalleeSamples {
  readonly #calls: ReadonlyMap<number, number>;
  readonly #origin: number;
  readonly #known: Callees;
  /** By call and callee, both as offsets: the instructions of all samples. */
  readonly #seen = new Map<number, Map<number, number>>();

  /** Of a region whose first page is at `origin`: `calls` has the offsets of its calls by where their entries at LINKS are. */
  constructor(calls: ReadonlyMap<number, number>, origin: number, known: Callees) {
    this.#calls = calls;
    this.#origin = origin;
    this.#known = known;
  }

  /**
   * Notes a call. Where it has come to stand for at least so many instructions: what the region is to be compiled with in the
   * place of this one.
   */
  note({ link, callee, instructions }: SampledCall, least: number): Callees | undefined {
    const call = this.#calls.get(link);
    if (call === undefined) return undefined;
    let seen = this.#seen.get(call);
    if (seen === undefined) this.#seen.set(call, (seen = new Map()));
    const to = pageAddress(callee) + (callee.low & 0xfff) - this.#origin;
    seen.set(to, (seen.get(to) ?? 0) + instructions);
    let total = 0;
    for (const each of seen.values()) total += each;
    return total < least ? undefined : this.#withNew(call, seen, total);
  }

  #withNew(call: number, seen: ReadonlyMap<number, number>, total: number): Callees | undefined {
    const known = this.#known.get(call) ?? [];
    const often = [...seen].filter(([to, n]) => n >= LEAST_SHARE * total && !known.includes(to));
    if (often.length === 0 || known.length === MAX_CALLEES) return undefined;
    const added = often.sort((a, b) => b[1] - a[1]).map(([to]) => to);
    return new Map([...this.#known, [call, [...known, ...added].slice(0, MAX_CALLEES)]]);
  }
}
