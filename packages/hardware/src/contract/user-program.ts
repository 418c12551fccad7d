// SPDX-License-Identifier: MPL-2.0

import * as x86 from "../arch/x86_64.ts";
import type { Hardware, UserFrame } from "../hardware.ts";
import { assert } from "./check.ts";

const PAGE = 4096;
const PRESENT = 1;
const WRITABLE = 2;
const USER = 4;
/** Bit 63 of an entry, as bit 31 of its upper half. */
const NO_EXECUTE_HIGH = 0x8000_0000;

/** Where `UserProgram` maps its code, its data and its stack. */
export const CODE = 0x40_0000;
export const DATA = 0x60_0000;
export const STACK_TOP = 0x80_0000;

export interface MapOptions {
  readonly writable?: boolean;
  readonly executable?: boolean;
}

/** An address space made by hand, as far as the contract needs one. */
export class AddressSpace {
  readonly root: number;
  private readonly hardware: Hardware;
  private readonly allocator: FrameSource;

  constructor(hardware: Hardware, allocator: FrameSource) {
    this.hardware = hardware;
    this.allocator = allocator;
    this.root = allocator.take();
  }

  /** Maps the page at `address` to the frame at `frame`. */
  map(address: number, frame: number, options: MapOptions = {}): void {
    const low = PRESENT | USER | (options.writable === true ? WRITABLE : 0);
    this.setEntry(address, frame, low, options.executable === true ? 0 : NO_EXECUTE_HIGH);
  }

  unmap(address: number): void {
    this.setEntry(address, 0, 0, 0);
  }

  private setEntry(address: number, frame: number, low: number, high: number): void {
    let table = this.root;
    for (const shift of [39, 30, 21]) {
      const slot = table + 8 * (Math.floor(address / 2 ** shift) % 512);
      let next = readWord(this.hardware, slot) & -PAGE;
      if (next === 0) {
        next = this.allocator.take();
        writeWord(this.hardware, slot, next | PRESENT | WRITABLE | USER);
      }
      table = next >>> 0;
    }
    const slot = table + 8 * (Math.floor(address / PAGE) % 512);
    writeWord(this.hardware, slot, frame | low);
    writeWord(this.hardware, slot + 4, high);
  }
}

/** Hands out zeroed frames of usable RAM below 2 GiB. */
export class FrameSource {
  private readonly hardware: Hardware;
  private next: number;
  private readonly end: number;

  constructor(hardware: Hardware) {
    const region = hardware.bootInfo.memoryRegions.find(
      ({ type, length }) => type === "usable" && length >= 4 * 1024 * 1024,
    );
    assert(region !== undefined, "no usable region of 4 MiB");
    this.hardware = hardware;
    this.next = Math.ceil(Math.max(region.base, PAGE) / PAGE) * PAGE;
    this.end = region.base + region.length;
  }

  take(): number {
    const frame = this.next;
    this.next += PAGE;
    assert(this.next <= this.end, "out of frames");
    ramAt(this.hardware, frame, PAGE).fill(0);
    return frame;
  }
}

/** A thread that runs `code` with one page of data and one of stack. */
export class UserProgram {
  readonly hardware: Hardware;
  readonly frames: FrameSource;
  readonly space: AddressSpace;
  readonly frame: UserFrame;
  readonly codeFrame: number;
  readonly dataFrame: number;

  constructor(hardware: Hardware, code: readonly number[]) {
    this.hardware = hardware;
    this.frames = new FrameSource(hardware);
    this.space = new AddressSpace(hardware, this.frames);
    this.codeFrame = this.frames.take();
    this.dataFrame = this.frames.take();
    this.writeCode(code);
    this.space.map(CODE, this.codeFrame, { executable: true });
    this.space.map(DATA, this.dataFrame, { writable: true });
    this.space.map(STACK_TOP - PAGE, this.frames.take(), { writable: true });
    hardware.setPageTableRoot(this.space.root);
    this.frame = hardware.createUserFrame();
    this.setRip(CODE);
    this.setRegister(x86.RSP, STACK_TOP);
  }

  writeCode(code: readonly number[], offset = 0): void {
    ramAt(this.hardware, this.codeFrame + offset, code.length).set(code);
    this.hardware.codeWritten(this.codeFrame + offset, code.length);
  }

  enter(): number {
    const trap = this.hardware.enterUser(this.frame);
    const recorded = this.frame.words[x86.FRAME_TRAP >> 2];
    assert(trap === recorded, `enterUser returned ${trap}, the frame says ${recorded}`);
    return trap;
  }

  /** A general register, as a number; the tests keep them below 2^53. */
  register(index: number): number {
    return this.word64(x86.FRAME_GPR + 8 * index);
  }

  setRegister(index: number, value: number): void {
    this.setWord64(x86.FRAME_GPR + 8 * index, value);
  }

  get rip(): number {
    return this.word64(x86.FRAME_RIP);
  }

  setRip(value: number): void {
    this.setWord64(x86.FRAME_RIP, value);
  }

  get errorCode(): number {
    return this.frame.words[x86.FRAME_ERROR_CODE >> 2] ?? NaN;
  }

  get faultAddress(): number {
    return this.word64(x86.FRAME_FAULT_ADDRESS);
  }

  word64(offset: number): number {
    const { words } = this.frame;
    const low = words[offset >> 2] ?? NaN;
    const high = words[(offset >> 2) + 1] ?? NaN;
    return (low >>> 0) + (high >>> 0) * 0x1_0000_0000;
  }

  setWord64(offset: number, value: number): void {
    const { words } = this.frame;
    words[offset >> 2] = value % 0x1_0000_0000;
    words[(offset >> 2) + 1] = Math.floor(value / 0x1_0000_0000);
  }
}

/** A live view of `length` bytes of RAM at a physical address. */
export function ramAt(hardware: Hardware, address: number, length: number): Uint8Array {
  const window = hardware.ram.find(
    ({ base, bytes }) => address >= base && address + length <= base + bytes.length,
  );
  assert(window !== undefined, `no RAM at ${address}`);
  return window.bytes.subarray(address - window.base, address - window.base + length);
}

export function readWord(hardware: Hardware, address: number): number {
  const bytes = ramAt(hardware, address, 4);
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
}

export function writeWord(hardware: Hardware, address: number, value: number): void {
  const bytes = ramAt(hardware, address, 4);
  new DataView(bytes.buffer, bytes.byteOffset, 4).setUint32(0, value, true);
}
