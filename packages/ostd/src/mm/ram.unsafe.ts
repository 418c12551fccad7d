// SPDX-License-Identifier: MPL-2.0

import type { Hardware, RamWindow } from "@aster/hardware";
import { panic } from "../panic.ts";
import { PRESENT } from "../arch/x86_64/page-entry.ts";
import { copyOut, plainView } from "./bytes.unsafe.ts";

/** Characters that are made a string at once. */
const TEXT_PART = 1024;
/** A zero byte farther away is looked for by the engine's own search. */
const NEAR_BYTES = 64;

/** One window on RAM with the views that OSTD uses. */
class RamView {
  readonly base: number;
  readonly limit: number;
  readonly bytes: Uint8Array;
  /** Signed: an integer in every engine, where an unsigned one may be a double. */
  readonly words: Int32Array;
  readonly data: DataView;

  constructor(window: RamWindow) {
    const { bytes } = window;
    this.base = window.base;
    this.limit = window.base + bytes.length;
    this.bytes = bytes;
    this.words = new Int32Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 4));
    this.data = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }
}

/** What walks over the entries of one page table found. Frames have numbers below 2^31. */
export class EntryList {
  readonly places: Int32Array = new Int32Array(512);
  readonly frames: Int32Array = new Int32Array(512);
}

/**
 * The one module that touches RAM. Offsets in a window are below 2^30, so that `| 0` keeps them;
 * it tells V8 that they are integers, which makes an access three times as fast.
 *
 * SAFETY: only OSTD holds a `Ram`. Each caller passes a range of frames that it holds (a handle,
 * a present page-table entry, or a page table of its own); a range outside RAM is a panic.
 * No view on RAM leaves this file: bytes are copied in and out.
 */
export class Ram {
  readonly #views: readonly RamView[];
  readonly #hardware: Hardware;
  /** Of a part of a text that is read. */
  readonly #codes: number[] = new Array<number>(TEXT_PART).fill(0);
  /** The view of the last access; most machines have one. */
  #last: RamView;

  constructor(hardware: Hardware) {
    this.#hardware = hardware;
    this.#views = hardware.ram.map((window) => new RamView(window));
    const first = this.#views[0];
    if (first === undefined) {
      panic("the machine has no RAM");
    }
    this.#last = first;
  }

  /** The address after the last byte of RAM. */
  get limit(): number {
    return this.#views.reduce((limit, view) => Math.max(limit, view.limit), 0);
  }

  /** Whether `[paddr, paddr + length)` is RAM (perhaps in several windows). */
  contains(paddr: number, length: number): boolean {
    let at = paddr;
    const end = paddr + length;
    for (const view of this.#views) {
      if (at >= view.base && at < view.limit) {
        at = Math.min(view.limit, end);
      }
    }
    return at >= end;
  }

  #view(paddr: number): RamView {
    const last = this.#last;
    if (paddr >= last.base && paddr < last.limit) return last;
    return this.#findView(paddr);
  }

  #findView(paddr: number): RamView {
    for (const view of this.#views) {
      if (paddr >= view.base && paddr < view.limit) {
        this.#last = view;
        return view;
      }
    }
    panic(`access to physical address 0x${paddr.toString(16)}, which is not RAM`);
  }

  readU8(paddr: number): number {
    const view = this.#view(paddr);
    return view.bytes[(paddr - view.base) | 0] ?? 0;
  }

  readU16(paddr: number): number {
    const view = this.#view(paddr);
    return view.data.getUint16((paddr - view.base) | 0, true);
  }

  readU32(paddr: number): number {
    const view = this.#view(paddr);
    return view.data.getUint32((paddr - view.base) | 0, true);
  }

  writeU8(paddr: number, value: number): void {
    const view = this.#view(paddr);
    view.bytes[(paddr - view.base) | 0] = value;
    this.#hardware.codeWritten(paddr, 1);
  }

  writeU16(paddr: number, value: number): void {
    const view = this.#view(paddr);
    view.data.setUint16((paddr - view.base) | 0, value, true);
    this.#hardware.codeWritten(paddr, 2);
  }

  writeU32(paddr: number, value: number): void {
    const view = this.#view(paddr);
    view.data.setUint32((paddr - view.base) | 0, value, true);
    this.#hardware.codeWritten(paddr, 4);
  }

  /** Reads an aligned word of a page table, signed: no code can be there. */
  readEntry(paddr: number): number {
    const last = this.#last;
    const view = paddr >= last.base && paddr < last.limit ? last : this.#findView(paddr);
    return view.words[(paddr - view.base) >>> 2] ?? 0;
  }

  /**
   * The index of the first entry in `[index, end)` of the page table at `table` that has one of
   * `bits` in its low word; `end` where there is none.
   */
  findEntry(table: number, index: number, end: number, bits: number): number {
    const view = this.#view(table);
    const { words } = view;
    let word = ((table - view.base) >>> 2) + 2 * index;
    for (let at = index; at < end; at++) {
      if (((words[word] as number) & bits) !== 0) return at;
      word += 2;
    }
    return end;
  }

  /** Writes an aligned word of a page table, modulo 2^32. */
  writeEntry(paddr: number, value: number): void {
    const view = this.#view(paddr);
    view.words[(paddr - view.base) >>> 2] = value;
  }

  /**
   * Lists the present entries in `[index, end)` of the page table at `table`, which are no more than
   * `most`, and the frames they point to; how many. With `clears` those entries become 0.
   */
  listEntries(
    table: number,
    index: number,
    end: number,
    most: number,
    clears: boolean,
    list: EntryList,
  ): number {
    const { places, frames } = list;
    const view = this.#view(table);
    const { words } = view;
    let word = ((table - view.base) >>> 2) + 2 * index;
    let count = 0;
    for (let at = index; at < end && count < most; at++, word += 2) {
      const low = words[word] as number;
      if ((low & PRESENT) === 0) {
        // Most entries are absent, many in a row.
        while (at + 4 < end) {
          const near = (words[word + 2] as number) | (words[word + 4] as number);
          const far = (words[word + 6] as number) | (words[word + 8] as number);
          if (((near | far) & PRESENT) !== 0) break;
          at += 4;
          word += 8;
        }
        continue;
      }
      places[count] = at;
      frames[count] = (low >>> 12) | ((words[word + 1] as number) << 20);
      count += 1;
      if (clears) {
        words[word] = 0;
        words[word + 1] = 0;
      }
    }
    return count;
  }

  /**
   * Writes entries that point to `pfns`, from `index` of the page table at `table` on, but for those
   * that are present already and for negative numbers; lists the frames. How many.
   */
  addEntries(
    table: number,
    index: number,
    pfns: readonly number[],
    lowBits: number,
    highBits: number,
    list: EntryList,
  ): number {
    const { frames } = list;
    const view = this.#view(table);
    const { words } = view;
    const { length } = pfns;
    let word = ((table - view.base) >>> 2) + 2 * index;
    let count = 0;
    for (let i = 0; i < length; i++, word += 2) {
      const pfn = pfns[i] as number;
      if (pfn < 0 || ((words[word] as number) & PRESENT) !== 0) continue;
      words[word] = (pfn << 12) | lowBits;
      words[word + 1] = (pfn >>> 20) | highBits;
      frames[count] = pfn;
      count += 1;
    }
    return count;
  }

  /**
   * Copies such entries from a page table to another that has none there; `cleared` goes away in
   * both. Lists them, as -1 less their index where `cleared` made a difference; how many.
   */
  copyEntries(
    from: number,
    to: number,
    index: number,
    end: number,
    cleared: number,
    list: EntryList,
  ): number {
    const { places, frames } = list;
    const source = this.#view(from);
    const target = this.#view(to);
    const read = source.words;
    const written = target.words;
    let word = ((from - source.base) >>> 2) + 2 * index;
    let other = ((to - target.base) >>> 2) + 2 * index;
    let count = 0;
    for (let at = index; at < end; at++, word += 2, other += 2) {
      const low = read[word] as number;
      if ((low & PRESENT) === 0 || ((written[other] as number) & PRESENT) !== 0) continue;
      const kept = low & ~cleared;
      const high = read[word + 1] as number;
      if (kept !== low) read[word] = kept;
      written[other] = kept;
      written[other + 1] = high;
      places[count] = kept === low ? at : -1 - at;
      frames[count] = (low >>> 12) | (high << 20);
      count += 1;
    }
    return count;
  }

  /** Copies `length` bytes of RAM into `dst` at `offset`. */
  read(paddr: number, dst: Uint8Array, offset: number, length: number): void {
    let at = paddr;
    let to = offset;
    let left = length;
    while (left > 0) {
      const view = this.#view(at);
      const start = (at - view.base) | 0;
      const chunk = Math.min(left, view.limit - at);
      if (chunk <= 32) {
        // A call of `set` costs more than a short loop.
        for (let i = 0; i < chunk; i++) {
          dst[to + i] = view.bytes[start + i] ?? 0;
        }
      } else {
        copyOut(view.bytes.subarray(start, start + chunk), dst, to);
      }
      at += chunk;
      to += chunk;
      left -= chunk;
    }
  }

  /** Copies `length` bytes of `src` from `offset` into RAM. */
  write(paddr: number, src: Uint8Array, offset: number, length: number): void {
    let at = paddr;
    let from = offset;
    let left = length;
    while (left > 0) {
      const view = this.#view(at);
      const start = (at - view.base) | 0;
      const chunk = Math.min(left, view.limit - at);
      if (chunk <= 32) {
        for (let i = 0; i < chunk; i++) {
          view.bytes[start + i] = src[from + i] ?? 0;
        }
      } else {
        view.bytes.set(plainView(src, from, chunk), start);
      }
      at += chunk;
      from += chunk;
      left -= chunk;
    }
    if (length > 0) {
      this.#hardware.codeWritten(paddr, length);
    }
  }

  /** Copies within RAM; the ranges may overlap only inside one window. */
  copy(dst: number, src: number, length: number): void {
    let to = dst;
    let from = src;
    let left = length;
    while (left > 0) {
      const source = this.#view(from);
      const target = this.#view(to);
      const chunk = Math.min(left, source.limit - from, target.limit - to);
      const start = (from - source.base) | 0;
      if (source === target) {
        target.bytes.copyWithin(to - target.base, start, start + chunk);
      } else {
        target.bytes.set(source.bytes.subarray(start, start + chunk), to - target.base);
      }
      to += chunk;
      from += chunk;
      left -= chunk;
    }
    if (length > 0) {
      this.#hardware.codeWritten(dst, length);
    }
  }

  /** Fills `length` bytes with `value`. */
  fill(paddr: number, value: number, length: number): void {
    let at = paddr;
    let left = length;
    while (left > 0) {
      const view = this.#view(at);
      const start = (at - view.base) | 0;
      const chunk = Math.min(left, view.limit - at);
      view.bytes.fill(value, start, start + chunk);
      at += chunk;
      left -= chunk;
    }
    if (length > 0) {
      this.#hardware.codeWritten(paddr, length);
    }
  }

  /** The offset of the first zero byte in `[paddr, paddr + length)` of one frame, or -1. */
  indexOfZero(paddr: number, length: number): number {
    const view = this.#view(paddr);
    const start = (paddr - view.base) | 0;
    // Most texts are short: names of files.
    const near = Math.min(length, NEAR_BYTES);
    for (let i = 0; i < near; i++) {
      if (view.bytes[start + i] === 0) return i;
    }
    if (near === length) return -1;
    const found = view.bytes.subarray(start + near, start + length).indexOf(0);
    return found < 0 ? -1 : near + found;
  }

  /** `length` bytes of one frame as a string, one character per byte. */
  readText(paddr: number, length: number): string {
    const view = this.#view(paddr);
    const start = (paddr - view.base) | 0;
    // Twice as fast as adding characters: the text is flat at once, for the map it is looked up in.
    const codes = this.#codes;
    let text = "";
    for (let done = 0; done < length;) {
      const count = Math.min(length - done, TEXT_PART);
      const from = start + done;
      for (let i = 0; i < count; i++) {
        codes[i] = view.bytes[from + i] ?? 0;
      }
      const part = count === TEXT_PART ? codes : codes.slice(0, count);
      text += String.fromCharCode.apply(undefined, part);
      done += count;
    }
    return text;
  }
}
