// SPDX-License-Identifier: MPL-2.0

import type { PageTable } from "../arch/x86_64/page-table.unsafe.ts";
import { PRIVILEGE } from "../privilege.unsafe.ts";
import type { Privilege } from "../privilege.unsafe.ts";
import type { System, UserPageFaultHandler } from "../system.unsafe.ts";
import { checkBytes } from "./bytes.unsafe.ts";
import { MAX_USERSPACE_VADDR, PAGE_SIZE, pageOffset } from "./page.ts";
import { UntypedMemory } from "./untyped-memory.ts";
import { policyThrew } from "../failure.ts";
import { panic } from "../panic.ts";

/** How often a fault at one address may be "resolved" before the access counts as failed. */
const FAULT_RETRIES_MAX = 8;

/** Returned by number-valued reads that faulted. */
export const USER_FAULT = -1;

/** What `readCString` returns where there is no string. */
export type CStringFailure = "PageFault" | "TooLong";

/**
 * Copies between the kernel and user memory, with the rights that user mode has. All are
 * synchronous and none throws: a page that cannot be reached is first offered to the injected
 * page-fault handler, and then ends the copy. Addresses may be any number: outside user space
 * nothing is copied.
 */
export abstract class UserMemory {
  readonly #system: System;
  readonly #table: PageTable;
  #faultAddress = 0;

  constructor(privilege: Privilege, owner: System, table: PageTable) {
    if (privilege !== PRIVILEGE) {
      panic("only OSTD makes address spaces");
    }
    this.#system = owner;
    this.#table = table;
  }

  /** Where the last copy that came short met its fault. */
  get lastFaultAddress(): number {
    return this.#faultAddress;
  }

  /** The physical address behind `address`, with faults resolved; -1 when that fails. */
  #resolve(address: number, write: boolean): number {
    const paddr = this.#table.translate(address, write);
    return paddr >= 0 ? paddr : this.#fault(address, write);
  }

  /** Asks the fault handler, and looks again. */
  #fault(address: number, write: boolean): number {
    const handler = this.#system.userPageFaultHandler;
    if (handler !== undefined && address >= 0 && address < MAX_USERSPACE_VADDR) {
      for (let i = 0; i < FAULT_RETRIES_MAX && this.#resolvedBy(handler, address, write); i++) {
        const paddr = this.#table.translate(address, write);
        if (paddr >= 0) return paddr;
      }
    }
    this.#faultAddress = address;
    return -1;
  }

  #resolvedBy(handler: UserPageFaultHandler, address: number, write: boolean): boolean {
    try {
      return handler(address, write, this);
    } catch (error) {
      policyThrew("the page-fault handler", error);
    }
  }

  /** Copies from user memory to `dst` at `offset`; the bytes copied. */
  readBytes(address: number, dst: Uint8Array, offset: number, length: number): number {
    const start = +address;
    const to = +offset;
    const count = bytesIn(dst, to, +length);
    let done = 0;
    while (done < count) {
      const at = start + done;
      const paddr = this.#resolve(at, false);
      if (paddr < 0) break;
      const chunk = Math.min(count - done, PAGE_SIZE - pageOffset(at));
      this.#system.ram.read(paddr, dst, to + done, chunk);
      done += chunk;
    }
    return done;
  }

  /** Copies `src` from `offset` to user memory; the bytes copied. */
  writeBytes(address: number, src: Uint8Array, offset: number, length: number): number {
    const start = +address;
    const from = +offset;
    const count = bytesIn(src, from, +length);
    let done = 0;
    while (done < count) {
      const at = start + done;
      const paddr = this.#resolve(at, true);
      if (paddr < 0) break;
      const chunk = Math.min(count - done, PAGE_SIZE - pageOffset(at));
      this.#system.ram.write(paddr, src, from + done, chunk);
      done += chunk;
    }
    return done;
  }

  /** Copies from untyped memory, from `offset` on, to user memory; the bytes copied. */
  writeFromMemory(address: number, source: UntypedMemory, offset: number, length: number): number {
    const start = +address;
    const first = +offset;
    const count = +length;
    let done = 0;
    while (done < count) {
      const at = start + done;
      const paddr = this.#resolve(at, true);
      if (paddr < 0) break;
      const chunk = Math.min(count - done, PAGE_SIZE - pageOffset(at));
      // SAFETY: looked up after the fault handler ran, which may have dropped the handle.
      const from = UntypedMemory.addressIn(this.#system, source, first + done, chunk);
      this.#system.ram.copy(paddr, from, chunk);
      done += chunk;
    }
    return done;
  }

  /** Copies from user memory to untyped memory at `offset`; the bytes copied. */
  readToMemory(address: number, target: UntypedMemory, offset: number, length: number): number {
    const start = +address;
    const first = +offset;
    const count = +length;
    let done = 0;
    while (done < count) {
      const at = start + done;
      const paddr = this.#resolve(at, false);
      if (paddr < 0) break;
      const chunk = Math.min(count - done, PAGE_SIZE - pageOffset(at));
      // SAFETY: as in `writeFromMemory`.
      const to = UntypedMemory.addressIn(this.#system, target, first + done, chunk);
      this.#system.ram.copy(to, paddr, chunk);
      done += chunk;
    }
    return done;
  }

  /** Copies from this user space to another (or the same); the bytes copied. */
  copyToUser(address: number, target: UserMemory, targetAddress: number, length: number): number {
    if (target.#system !== this.#system) {
      panic("an address space of another system");
    }
    const start = +address;
    const targetStart = +targetAddress;
    const count = +length;
    let done = 0;
    while (done < count) {
      const at = start + done;
      const to = targetStart + done;
      if (target.#resolve(to, true) < 0) break;
      const paddr = this.#resolve(at, false);
      // SAFETY: the fault handler may just have taken the target away again: look it up anew.
      const paddrTo = paddr < 0 ? -1 : target.#table.translate(to, true);
      if (paddrTo < 0) break;
      const chunk = Math.min(count - done, PAGE_SIZE - pageOffset(at), PAGE_SIZE - pageOffset(to));
      this.#system.ram.copy(paddrTo, paddr, chunk);
      done += chunk;
    }
    return done;
  }

  /** Fills user memory with zeros; the bytes written. */
  fillZeros(address: number, length: number): number {
    const start = +address;
    const count = +length;
    let done = 0;
    while (done < count) {
      const at = start + done;
      const paddr = this.#resolve(at, true);
      if (paddr < 0) break;
      const chunk = Math.min(count - done, PAGE_SIZE - pageOffset(at));
      this.#system.ram.fill(paddr, 0, chunk);
      done += chunk;
    }
    return done;
  }

  /** Resolves every page of the range for reading or writing, without a copy; the bytes reachable. */
  probe(address: number, length: number, write: boolean): number {
    const start = +address;
    const count = +length;
    let done = 0;
    while (done < count) {
      const at = start + done;
      if (this.#resolve(at, write) < 0) break;
      done = Math.min(count, done + PAGE_SIZE - pageOffset(at));
    }
    return done;
  }

  /** The byte at `address`, or `USER_FAULT`. */
  readU8(address: number): number {
    const paddr = this.#resolve(+address, false);
    return paddr < 0 ? USER_FAULT : this.#system.ram.readU8(paddr);
  }

  /** The little-endian 16-bit word at `address`, or `USER_FAULT`. */
  readU16(address: number): number {
    const at = +address;
    if (pageOffset(at) > PAGE_SIZE - 2) return this.#readSplit(at, 2);
    const paddr = this.#resolve(at, false);
    return paddr < 0 ? USER_FAULT : this.#system.ram.readU16(paddr);
  }

  /** The little-endian 32-bit word at `address` as an unsigned number, or `USER_FAULT`. */
  readU32(address: number): number {
    const at = +address;
    if (pageOffset(at) > PAGE_SIZE - 4) return this.#readSplit(at, 4);
    const paddr = this.#resolve(at, false);
    return paddr < 0 ? USER_FAULT : this.#system.ram.readU32(paddr);
  }

  /**
   * The little-endian 64-bit word at `address` as a number (exact below 2^53, rounded above),
   * or `USER_FAULT`. For all 64 bits read the two halves with `readU32`.
   */
  readU64(address: number): number {
    const at = +address;
    const low = this.readU32(at);
    const high = low < 0 ? USER_FAULT : this.readU32(at + 4);
    return high < 0 ? USER_FAULT : high * 0x1_0000_0000 + low;
  }

  #readSplit(address: number, width: number): number {
    let value = 0;
    for (let i = width - 1; i >= 0; i--) {
      const byte = this.readU8(address + i);
      if (byte < 0) return USER_FAULT;
      value = value * 256 + byte;
    }
    return value;
  }

  /** Writes a byte; false when it faulted. */
  writeU8(address: number, value: number): boolean {
    // SAFETY: numbers-once: to make a number of the value may run code that unmaps the page.
    const byte = +value;
    const paddr = this.#resolve(+address, true);
    if (paddr < 0) return false;
    this.#system.ram.writeU8(paddr, byte);
    return true;
  }

  /** Writes a 16-bit word; false when it faulted. */
  writeU16(address: number, value: number): boolean {
    const word = +value;
    const at = +address;
    if (pageOffset(at) > PAGE_SIZE - 2) return this.#writeSplit(at, word, 2);
    const paddr = this.#resolve(at, true);
    if (paddr < 0) return false;
    this.#system.ram.writeU16(paddr, word);
    return true;
  }

  /** Writes the low 32 bits of `value`; false when it faulted. */
  writeU32(address: number, value: number): boolean {
    const word = +value;
    const at = +address;
    if (pageOffset(at) > PAGE_SIZE - 4) return this.#writeSplit(at, word, 4);
    const paddr = this.#resolve(at, true);
    if (paddr < 0) return false;
    this.#system.ram.writeU32(paddr, word);
    return true;
  }

  /** Writes a 64-bit word given as two halves; false when it faulted (perhaps half written). */
  writeU64(address: number, low: number, high: number): boolean {
    const at = +address;
    return this.writeU32(at, low) && this.writeU32(at + 4, high);
  }

  /** Writes an integer of at most 53 bits as a 64-bit word, sign-extended; false when it faulted. */
  writeNumber64(address: number, value: number): boolean {
    const whole = +value;
    const low = whole >>> 0;
    return this.writeU64(address, low, (whole - low) / 0x1_0000_0000);
  }

  #writeSplit(address: number, value: number, width: number): boolean {
    // Both pages first, so that a fault leaves nothing half written.
    if (this.probe(address, width, true) < width) return false;
    for (let i = 0; i < width; i++) {
      this.writeU8(address + i, (value >>> (8 * i)) & 0xff);
    }
    return true;
  }

  /**
   * The bytes before the first zero byte, one character per byte; at most `max` bytes are looked
   * at, the zero included.
   */
  readCString(address: number, max: number): { readonly bytes: string } | CStringFailure {
    const start = +address;
    const most = +max;
    let text = "";
    let done = 0;
    while (done < most) {
      const at = start + done;
      const paddr = this.#resolve(at, false);
      if (paddr < 0) return "PageFault";
      const chunk = Math.min(most - done, PAGE_SIZE - pageOffset(at));
      const zero = this.#system.ram.indexOfZero(paddr, chunk);
      text += this.#system.ram.readText(paddr, zero < 0 ? chunk : zero);
      if (zero >= 0) return { bytes: text };
      done += chunk;
    }
    return "TooLong";
  }

  /**
   * Atomically replaces the aligned word at `address` by `desired` if it is `expected`.
   * The old value as an unsigned number, or `USER_FAULT`.
   */
  compareExchangeU32(address: number, expected: number, desired: number): number {
    const at = +address;
    const wanted = expected >>> 0;
    const next = +desired;
    const paddr = (at & 3) === 0 ? this.#resolve(at, true) : -1;
    if (paddr < 0) return USER_FAULT;
    const old = this.#system.ram.readU32(paddr);
    if (old === wanted) {
      this.#system.ram.writeU32(paddr, next);
    }
    return old;
  }

  /**
   * Atomically replaces the aligned word at `address` by `operation(old)`.
   * The old value as an unsigned number, or `USER_FAULT`.
   */
  fetchUpdateU32(address: number, operation: (old: number) => number): number {
    const at = +address;
    const paddr = (at & 3) === 0 ? this.#resolve(at, true) : -1;
    if (paddr < 0) return USER_FAULT;
    const old = this.#system.ram.readU32(paddr);
    const value = +operation(old);
    // SAFETY: `operation` is the kernel's and may have unmapped the page.
    if (this.#table.translate(at, true) !== paddr) return USER_FAULT;
    this.#system.ram.writeU32(paddr, value);
    return old;
  }
}

/** `length`, which is in range of `bytes` from `offset` on; nothing where it is negative. */
function bytesIn(bytes: Uint8Array, offset: number, length: number): number {
  const count = length < 0 ? 0 : length;
  checkBytes(bytes, offset, count);
  return count;
}
