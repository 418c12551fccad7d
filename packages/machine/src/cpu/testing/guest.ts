// SPDX-License-Identifier: MPL-2.0

/** A bare guest for tests and benchmarks: a CPU, page tables, and code put where the test wants it. */

import { type UserFrame, x86_64 } from "@aster/hardware";
import type { CpuOptions } from "../cpu-options.ts";
import { Cpu } from "../cpu.ts";

export const READ = 0;
export const WRITE = 2;
export const NO_EXECUTE = 1;

/** Physical memory is given out from here on; the root of the page table stands at 0x1000. */
const FIRST_FREE = 0x2000;
const ROOT = 0x1000;

export class Guest {
  readonly cpu: Cpu;
  readonly frame: UserFrame;
  readonly root: number = ROOT;
  #free = FIRST_FREE;
  #view: DataView | undefined;
  ticks = 0;
  /** What onTick answers. */
  interrupt = false;

  constructor(ramBytes: number = 1 << 24, options: Partial<CpuOptions> = {}) {
    this.cpu = new Cpu({
      ramBytes,
      onTick: () => {
        this.ticks++;
        return this.interrupt;
      },
      ...options,
    });
    this.frame = this.cpu.createUserFrame();
    this.cpu.setPageTableRoot(ROOT);
  }

  #words(): DataView {
    const { ram } = this.cpu;
    return (this.#view ??= new DataView(ram.buffer, ram.byteOffset, ram.byteLength));
  }

  /** A fresh zeroed physical page. */
  page(): number {
    const at = this.#free;
    this.#free += 4096;
    if (this.#free > this.cpu.ram.length) throw new Error("the guest is out of RAM");
    return at;
  }

  /** Where in RAM the last-level entry of `address` stands; makes the levels above it. */
  entry(address: number): number {
    const view = this.#words();
    let table = ROOT;
    for (const shift of [39, 30, 21]) {
      const at = table + 8 * (Math.floor(address / 2 ** shift) % 512);
      let next = view.getUint32(at, true);
      if ((next & 1) === 0) {
        next = this.page() | 7;
        view.setUint32(at, next, true);
      }
      table = next & ~0xfff;
    }
    return table + 8 * (Math.floor(address / 4096) % 512);
  }

  /** Maps one page at `address` to `physical`; `flags`: WRITE, and NO_EXECUTE as 1. */
  map(address: number, physical: number, flags: number = WRITE): void {
    const at = this.entry(address);
    const view = this.#words();
    view.setUint32(at, physical | 5 | (flags & WRITE), true);
    view.setUint32(at + 4, flags & NO_EXECUTE ? 0x8000_0000 : 0, true);
    this.cpu.invalidatePage(ROOT, address);
  }

  /** Maps fresh pages over [address, address + length) where none are. */
  allocate(address: number, length: number, flags: number = WRITE): void {
    const end = address + length;
    for (let at = address - (address % 4096); at < end; at += 4096) {
      const view = this.#words();
      if ((view.getUint32(this.entry(at), true) & 1) === 0) this.map(at, this.page(), flags);
    }
  }

  /** The physical address of a mapped byte. */
  physical(address: number): number {
    const low = this.#words().getUint32(this.entry(address), true);
    if ((low & 1) === 0) throw new Error(`0x${address.toString(16)} is not mapped`);
    return (low & ~0xfff) + (address % 4096);
  }

  write(address: number, bytes: ArrayLike<number>): void {
    for (let i = 0; i < bytes.length;) {
      const at = this.physical(address + i);
      const n = Math.min(4096 - (at % 4096), bytes.length - i);
      for (let j = 0; j < n; j++) this.cpu.ram[at + j] = bytes[i + j] ?? 0;
      this.cpu.codeWritten(at, n);
      i += n;
    }
  }

  read(address: number, length: number): Uint8Array {
    const out = new Uint8Array(length);
    for (let i = 0; i < length;) {
      const at = this.physical(address + i);
      const n = Math.min(4096 - (at % 4096), length - i);
      out.set(this.cpu.ram.subarray(at, at + n), i);
      i += n;
    }
    return out;
  }

  // --- Registers of the frame

  get(register: number): bigint {
    return this.word64(x86_64.FRAME_GPR + 8 * register);
  }

  set(register: number, value: number | bigint): void {
    this.setWord64(x86_64.FRAME_GPR + 8 * register, value);
  }

  word64(offset: number): bigint {
    const { words } = this.frame;
    return (BigInt(words[(offset >> 2) + 1] ?? 0) << 32n) | BigInt((words[offset >> 2] ?? 0) >>> 0);
  }

  setWord64(offset: number, value: number | bigint): void {
    const wide = BigInt.asIntN(64, BigInt(value));
    const { words } = this.frame;
    words[offset >> 2] = Number(BigInt.asIntN(32, wide));
    words[(offset >> 2) + 1] = Number(wide >> 32n);
  }

  get rip(): number {
    return Number(this.word64(x86_64.FRAME_RIP));
  }

  set rip(value: number) {
    this.setWord64(x86_64.FRAME_RIP, value);
  }

  get rflags(): number {
    return Number(this.word64(x86_64.FRAME_RFLAGS));
  }

  set rflags(value: number) {
    this.setWord64(x86_64.FRAME_RFLAGS, value);
  }

  run(): number {
    return this.cpu.enterUser(this.frame);
  }
}
