// SPDX-License-Identifier: MPL-2.0

import type { Mapping } from "./mapping.ts";

/** Linux's default of vm.max_map_count. */
export const MAX_MAPPINGS = 65530;

/**
 * The mappings of one address space, sorted by address and without overlap. Knows ranges only:
 * page tables, files and frames are the address space's.
 */
export class MappingList {
  private readonly mappings: Mapping[] = [];
  /** Index of the mapping found last: faults and copies come in runs. */
  private recent = 0;

  get count(): number {
    return this.mappings.length;
  }

  [Symbol.iterator](): IterableIterator<Mapping> {
    return this.mappings[Symbol.iterator]();
  }

  at(index: number): Mapping | undefined {
    return this.mappings[index];
  }

  /** The mapping that holds `address`. */
  find(address: number): Mapping | undefined {
    const recent = this.mappings[this.recent];
    if (recent !== undefined && address >= recent.start && address < recent.end) return recent;
    const index = this.firstEndingAbove(address);
    const mapping = this.mappings[index];
    if (mapping === undefined || mapping.start > address) return undefined;
    this.recent = index;
    return mapping;
  }

  /** Index of the first mapping whose end lies above `address`; `count` when there is none. */
  firstEndingAbove(address: number): number {
    let low = 0;
    let high = this.mappings.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const mapping = this.mappings[middle];
      if (mapping !== undefined && mapping.end <= address) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Whether any byte of the range is mapped. */
  overlaps(start: number, end: number): boolean {
    const mapping = this.mappings[this.firstEndingAbove(start)];
    return mapping !== undefined && mapping.start < end;
  }

  /** Whether every byte of the range is mapped. */
  covers(start: number, end: number): boolean {
    let reached = start;
    for (let index = this.firstEndingAbove(start); reached < end; index += 1) {
      const mapping = this.mappings[index];
      if (mapping === undefined || mapping.start > reached) return false;
      reached = mapping.end;
    }
    return true;
  }

  /** Adds a mapping to a free range, and joins it with its neighbours where they are alike. */
  insert(mapping: Mapping): void {
    const index = this.firstEndingAbove(mapping.start);
    this.mappings.splice(index, 0, mapping);
    this.join(index);
    if (index > 0) this.join(index - 1);
  }

  /** Takes a whole mapping out and releases it. */
  remove(mapping: Mapping): void {
    const index = this.firstEndingAbove(mapping.start);
    if (this.mappings[index] !== mapping) return;
    this.mappings.splice(index, 1);
    mapping.release();
  }

  /**
   * Makes `start` and `end` borders of mappings, and returns the mappings between them.
   */
  isolate(start: number, end: number): Mapping[] {
    this.splitAt(start);
    this.splitAt(end);
    const isolated: Mapping[] = [];
    for (let index = this.firstEndingAbove(start); index < this.mappings.length; index += 1) {
      const mapping = this.mappings[index];
      if (mapping === undefined || mapping.start >= end) break;
      isolated.push(mapping);
    }
    return isolated;
  }

  /** How many mappings `isolate` would add. */
  splitsNeeded(start: number, end: number): number {
    return (this.isInside(start) ? 1 : 0) + (this.isInside(end) ? 1 : 0);
  }

  /** Joins alike neighbours in and around the range. */
  joinAround(start: number, end: number): void {
    let index = Math.max(0, this.firstEndingAbove(start) - 1);
    while (index < this.mappings.length) {
      const mapping = this.mappings[index];
      if (mapping === undefined || mapping.start > end) return;
      if (!this.join(index)) index += 1;
    }
  }

  /**
   * The highest free range of `length` bytes that ends at or below `top` and starts at or above
   * `bottom`; undefined when there is none.
   */
  findFreeBelow(top: number, bottom: number, length: number): number | undefined {
    let ceiling = top;
    let index = this.firstEndingAbove(top - 1);
    const above = this.mappings[index];
    if (above !== undefined && above.start < ceiling) ceiling = above.start;
    for (index -= 1; ; index -= 1) {
      const below = this.mappings[index];
      const floor = below === undefined ? bottom : Math.max(bottom, below.end);
      if (ceiling - floor >= length) return ceiling - length;
      if (below === undefined || below.start <= bottom) return undefined;
      ceiling = Math.min(ceiling, below.start);
    }
  }

  /**
   * The lowest free range of `length` bytes that starts at or above `bottom` and ends at or below `top`; undefined when
   * there is none.
   */
  findFreeAbove(bottom: number, top: number, length: number): number | undefined {
    let floor = bottom;
    for (let index = this.firstEndingAbove(bottom); ; index += 1) {
      const above = this.mappings[index];
      const ceiling = above === undefined ? top : Math.min(top, above.start);
      if (ceiling - floor >= length) return floor;
      if (above === undefined || above.start >= top) return undefined;
      floor = above.end;
    }
  }

  private isInside(address: number): boolean {
    const mapping = this.mappings[this.firstEndingAbove(address)];
    return mapping !== undefined && mapping.start < address;
  }

  private splitAt(address: number): void {
    const index = this.firstEndingAbove(address);
    const mapping = this.mappings[index];
    if (mapping === undefined || mapping.start >= address) return;
    const upper = mapping.copy(address, mapping.end);
    mapping.end = address;
    this.mappings.splice(index + 1, 0, upper);
  }

  private join(index: number): boolean {
    const lower = this.mappings[index];
    const upper = this.mappings[index + 1];
    if (lower === undefined || upper === undefined || !lower.continuesInto(upper)) return false;
    lower.end = upper.end;
    this.mappings.splice(index + 1, 1);
    upper.release();
    return true;
  }
}
