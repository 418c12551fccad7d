// SPDX-License-Identifier: MPL-2.0

import { system } from "../current.unsafe.ts";
import type { OstdError } from "../error.ts";
import { panic } from "../panic.ts";
import { panicTwice, panicUsed } from "../release.ts";
import type { Release } from "../release.ts";
import type { System } from "../system.unsafe.ts";

/**
 * A range of device registers. RAM, the interrupt controllers and the timer are withheld.
 * Ended with `drop`, which lets another driver acquire the range.
 */
export class IoMem {
  readonly #system: System;
  readonly #base: number;
  readonly #length: number;
  /** What it is a slice of. */
  readonly #whole: IoMem | undefined;
  #released: Release | undefined;

  private constructor(owner: System, base: number, length: number, whole?: IoMem) {
    this.#system = owner;
    this.#whole = whole;
    this.#base = base;
    this.#length = length;
  }

  /** Takes `length` bytes of physical address space from `base`, if nobody else has any of it. */
  static acquire(base: number, length: number): IoMem | OstdError {
    const owner = system();
    return owner.ioMemory.acquire(base, length) ? new IoMem(owner, base, length) : "AccessDenied";
  }

  /**
   * The `length` bytes from `offset`, as device memory of its own: it ends with `drop`, and the whole
   * stays acquired.
   */
  slice(offset: number, length: number): IoMem {
    const whole = Number.isInteger(offset) && Number.isInteger(length);
    if (!(whole && length > 0 && offset + length <= this.#length)) {
      panic(`${length} bytes at ${offset} of ${this.#length} bytes of device memory`);
    }
    const base = this.#at(offset, 1);
    return new IoMem(this.#system, base, length, this.#whole ?? this);
  }

  get base(): number {
    return this.#base;
  }

  get size(): number {
    return this.#length;
  }

  #at(offset: number, width: number): number {
    if (this.#released !== undefined) {
      panicUsed("device memory", this.#released);
    }
    if (this.#whole !== undefined && this.#whole.#released !== undefined) {
      panicUsed("device memory", this.#whole.#released);
    }
    if (!(offset >= 0 && offset + width <= this.#length && offset % width === 0)) {
      panic(`${width}-byte access at ${offset} of ${this.#length} bytes of device memory`);
    }
    return this.#base + offset;
  }

  readU8(offset: number): number {
    return this.#system.hardware.mmioRead(this.#at(+offset, 1), 1);
  }

  readU16(offset: number): number {
    return this.#system.hardware.mmioRead(this.#at(+offset, 2), 2);
  }

  readU32(offset: number): number {
    return this.#system.hardware.mmioRead(this.#at(+offset, 4), 4);
  }

  writeU8(offset: number, value: number): void {
    const byte = value & 0xff;
    this.#system.hardware.mmioWrite(this.#at(+offset, 1), 1, byte);
  }

  writeU16(offset: number, value: number): void {
    const word = value & 0xffff;
    this.#system.hardware.mmioWrite(this.#at(+offset, 2), 2, word);
  }

  writeU32(offset: number, value: number): void {
    const word = value >>> 0;
    this.#system.hardware.mmioWrite(this.#at(+offset, 4), 4, word);
  }

  /** Gives the range back. */
  drop(): void {
    if (this.#released !== undefined) {
      panicTwice("device memory", this.#released);
    }
    this.#released = this.#system.releases.note();
    if (this.#whole === undefined) {
      this.#system.ioMemory.release(this.#base, this.#length);
    }
  }

  [Symbol.dispose](): void {
    this.drop();
  }
}
