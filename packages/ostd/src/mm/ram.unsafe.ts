// SPDX-License-Identifier: MPL-2.0

import type { Hardware, RamWindow } from "@aster/hardware";
import { panic } from "../panic.ts";
import { copyOut, plainView } from "./bytes.unsafe.ts";

/** One window on RAM with the views that OSTD uses. */
class RamView {
  readonly base: number;
  readonly limit: number;
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  readonly data: DataView;

  constructor(window: RamWindow) {
    const { bytes } = window;
    this.base = window.base;
    this.limit = window.base + bytes.length;
    this.bytes = bytes;
    this.words = new Uint32Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 4));
    this.data = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }
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
    if (paddr >= last.base && paddr < last.limit) {
      return last;
    }
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

  /** Reads an aligned word of a page table: no code can be there. */
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

  /** Writes an aligned word of a page table. */
  writeEntry(paddr: number, value: number): void {
    const view = this.#view(paddr);
    view.words[(paddr - view.base) >>> 2] = value;
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
    for (let i = 0; i < length; i++) {
      if (view.bytes[start + i] === 0) {
        return i;
      }
    }
    return -1;
  }

  /** `length` bytes of one frame as a string, one character per byte. */
  readText(paddr: number, length: number): string {
    const view = this.#view(paddr);
    const start = (paddr - view.base) | 0;
    // Twice as fast as adding characters: the text is flat at once, for the map it is looked up in.
    let text = "";
    for (let done = 0; done < length;) {
      const codes: number[] = [];
      const end = Math.min(length, done + 1024);
      for (; done < end; done++) {
        codes.push(view.bytes[start + done] ?? 0);
      }
      text += String.fromCharCode.apply(undefined, codes);
    }
    return text;
  }
}
