// SPDX-License-Identifier: MPL-2.0

/** Page checks that several accesses share. */

import {
  type FunctionBuilder,
  type Label,
  Late,
  type Local,
  type Value,
  lateI64,
} from "../../wasm/index.ts";
import type { HostPlace } from "../bind/local-memory.ts";
import { HIGH_AND_OFFSET } from "../bind/memory.ts";
import { SPACE_READ, SPACE_WRITE } from "../layout.ts";

/** The bytes that one check stands for, at most: the more, the likelier two pages hold them. */
const MAX_SPAN = 256;

/** Bytes around an address that have been found to lie in one page, which can be read or written. */
interface Check {
  /** From low to high, as distances from the root. */
  low: number;
  high: number;
  writes: boolean;
  /** The host address of the lowest byte - 1. */
  readonly host: Local;
  readonly hostNumber: number;
  /** The block that makes it. */
  readonly block: number;
  readonly emitted: {
    readonly first: number;
    readonly low: Late;
    readonly limit: Late;
    readonly table: Late;
    readonly offsets: { readonly late: Late; readonly distance: number }[];
  };
}

/** What a check needs: the tables of the address space, and where it goes when it fails. */
export interface CheckControl {
  readonly space: () => Value;
  readonly interpret: () => Label;
  /** The bytes lie in two pages. */
  readonly split: () => Label;
}

/**
 * An address that is known to be another one plus a constant is in the same page, as a rule, and while a region runs, mappings stay as
 * they are. So within a block, and those that only it leads to, one check is made for all such accesses: it is for all
 * their bytes, wherever it comes first. Where these lie in two pages, the interpreter executes them.
 */
export class PageChecks {
  readonly #f: FunctionBuilder;
  /** By root. */
  #known = new Map<number, Check[]>();
  readonly #atEnd = new Map<number, ReadonlyMap<number, Check[]>>();
  readonly #all: Check[] = [];
  readonly #hosts: Local[] = [];
  #block = 0;
  #depth = 0;

  constructor(f: FunctionBuilder) {
    this.#f = f;
  }

  /** A block begins, after the one given only, or after code that is not known. */
  startBlock(start: number, after: number | undefined): void {
    this.#block = start;
    this.#depth = this.#f.depth;
    const before = after === undefined ? undefined : this.#atEnd.get(after);
    this.#known = new Map(before);
  }

  endBlock(): void {
    this.#atEnd.set(this.#block, this.#known);
  }

  /** The place of `n` bytes at an address, where one check can stand for several accesses. */
  host(n: number, address: Value, write: boolean, control: CheckControl): HostPlace | undefined {
    const { root, delta } = address;
    if (root === 0) return undefined;
    const known = this.#known.get(root);
    for (const check of known ?? []) {
      const low = Math.min(check.low, delta);
      const high = Math.max(check.high, delta + n);
      if (high - low > MAX_SPAN) continue;
      if (write && !check.writes) {
        // Whether what follows elsewhere is executed is not known: to read must not depend on it.
        if (check.block !== this.#block || this.#f.depth !== this.#depth) continue;
        check.writes = true;
      }
      check.low = low;
      check.high = high;
      return this.#place(check, delta);
    }
    if (this.#f.depth !== this.#depth) return undefined;
    const check = this.#emit(n, address, write, control);
    this.#known.set(root, known === undefined ? [check] : [...known, check]);
    return this.#place(check, delta);
  }

  #place({ host, emitted }: Check, distance: number): HostPlace {
    const late = new Late(2);
    emitted.offsets.push({ late, distance });
    return { at: host, offset: late };
  }

  #emit(n: number, address: Value, write: boolean, control: CheckControl): Check {
    const f = this.#f;
    const [low, limit, table] = [new Late(2), new Late(2), new Late(4)];
    const hostNumber = this.#freeHost();
    const host = (this.#hosts[hostNumber] ??= f.fixedLocal("i32"));
    const { delta } = address;
    const lowest = f.let(address.op("add", lateI64(low)));
    f.brIf(control.split(), lowest.and(HIGH_AND_OFFSET).gtU(lateI64(limit)));
    const place = control.space().add(lowest.wrap().shrU(12).shl(2));
    const entry = f.let(place.load("i32", "", table));
    f.brIf(control.interpret(), entry.eqz());
    f.set(host, lowest.wrap().add(entry));
    const check: Check = {
      low: delta,
      high: delta + n,
      writes: write,
      host,
      hostNumber,
      block: this.#block,
      emitted: { first: delta, low, limit, table, offsets: [] },
    };
    this.#all.push(check);
    return check;
  }

  /** A local that no check has that is known here. */
  #freeHost(): number {
    const used = new Set<number>();
    for (const checks of this.#known.values()) {
      for (const { hostNumber } of checks) used.add(hostNumber);
    }
    let free = 0;
    while (used.has(free)) free++;
    return free;
  }

  /** Writes what has become known of the checks into the code. */
  settle(): void {
    for (const { low, high, writes, emitted } of this.#all) {
      emitted.low.settle(low - emitted.first);
      emitted.limit.settle(4096 - (high - low));
      emitted.table.settle(writes ? SPACE_WRITE : SPACE_READ);
      for (const { late, distance } of emitted.offsets) late.settle(distance - low + 1);
    }
  }
}
