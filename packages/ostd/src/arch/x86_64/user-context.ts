// SPDX-License-Identifier: MPL-2.0

import type { UserFrame } from "@aster/hardware";
import { x86_64 } from "@aster/hardware";
import { system } from "../../current.unsafe.ts";
import { checkBytes, copyOut, plainView } from "../../mm/bytes.unsafe.ts";
import { MAX_USERSPACE_VADDR } from "../../mm/page.ts";
import { panic } from "../../panic.ts";
import { panicTwice, panicUsed } from "../../release.ts";
import type { Release } from "../../release.ts";
import { PRIVILEGE } from "../../privilege.unsafe.ts";
import type { Privilege } from "../../privilege.unsafe.ts";
import type { System } from "../../system.unsafe.ts";

/** Indices of the general registers, in the order of their encoding. */
export const Reg = {
  RAX: 0,
  RCX: 1,
  RDX: 2,
  RBX: 3,
  RSP: 4,
  RBP: 5,
  RSI: 6,
  RDI: 7,
  R8: 8,
  R9: 9,
  R10: 10,
  R11: 11,
  R12: 12,
  R13: 13,
  R14: 14,
  R15: 15,
} as const;

/** Exception vectors that a user program can raise (Intel SDM vol. 3, table 6-1). */
export const Vector = {
  DIVIDE_ERROR: 0,
  DEBUG: 1,
  BREAKPOINT: 3,
  OVERFLOW: 4,
  BOUND: 5,
  INVALID_OPCODE: 6,
  DEVICE_NOT_AVAILABLE: 7,
  STACK_FAULT: 12,
  GENERAL_PROTECTION: 13,
  PAGE_FAULT: 14,
  X87: 16,
  ALIGNMENT_CHECK: 17,
  SIMD: 19,
} as const;

/** Bits of a page fault's error code. */
export const PageFaultCode = {
  PRESENT: 1,
  WRITE: 2,
  USER: 4,
  RESERVED: 8,
  INSTRUCTION: 16,
} as const;

/** How `UserContext.decode` reads a register: its low 32 bits, or all 64. */
export const Decode = {
  /** Bits 0…31, signed. */
  INT: 0,
  /** Bits 0…31, unsigned. */
  UINT: 1,
  /** As an unsigned number: exact below 2^53, rounded above. */
  SIZE: 2,
  /** As a signed number. */
  OFFSET: 3,
} as const;
const { INT, UINT, SIZE } = Decode;

/** RFLAGS that a user program may choose: CF PF AF ZF SF TF DF OF NT RF AC ID. */
const RFLAGS_USER = 0x0025_4dd5;
/** Bit 1 is always set, and so is IF: user mode never runs with interrupts off. */
const RFLAGS_FORCED = 0x202;

const TWO_32 = 0x1_0000_0000;
const RIP = x86_64.FRAME_RIP / 4;
const RIP_HIGH = RIP + 1;
const RFLAGS = x86_64.FRAME_RFLAGS / 4;
const RFLAGS_HIGH = RFLAGS + 1;
const FS_BASE = x86_64.FRAME_FS_BASE / 4;
const GS_BASE = x86_64.FRAME_GS_BASE / 4;
const FAULT_ADDRESS = x86_64.FRAME_FAULT_ADDRESS / 4;
const MXCSR_OFFSET = 24;

/** Bytes of an FXSAVE image. */
export const FPU_STATE_SIZE: number = x86_64.FRAME_FXSAVE_SIZE;

/**
 * The registers of one user thread. 64-bit registers are read as a number (exact below 2^53) or
 * as two unsigned 32-bit halves. The holder ends it with `drop`.
 */
export class UserContext {
  readonly #system: System;
  #frame: UserFrame;
  /** Undefined once the context ended. */
  #words: Int32Array | undefined;
  #released: Release | undefined;

  private constructor(owner: System) {
    this.#system = owner;
    this.#frame = owner.hardware.createUserFrame();
    this.#words = this.#frame.words;
  }

  /** All general registers zero, RFLAGS 0x202, the FPU in its initial state. */
  static create(): UserContext {
    return new UserContext(system());
  }

  /**
   * For OSTD: the frame, made safe to enter user mode with; undefined when rip is no canonical
   * address, which user mode cannot be entered with (SDM vol. 3, 5.8.8). Then the frame is as if
   * the program had jumped there: #GP(0).
   */
  static frameToEnter(privilege: Privilege, context: UserContext): UserFrame | undefined {
    if (privilege !== PRIVILEGE) {
      panic("only OSTD enters user mode");
    }
    const words = context.#words ?? context.#ended();
    // Signed: -0x8000 and above are the upper half.
    const high = words[RIP_HIGH] ?? 0;
    if (high > 0x7fff || high < -0x8000) {
      words[x86_64.FRAME_TRAP / 4] = x86_64.VECTOR_GENERAL_PROTECTION;
      words[x86_64.FRAME_ERROR_CODE / 4] = 0;
      return undefined;
    }
    // SAFETY: rflags-sanitized: nothing privileged reaches the CPU, and IF is set.
    words[RFLAGS] = ((words[RFLAGS] ?? 0) & RFLAGS_USER) | RFLAGS_FORCED;
    words[RFLAGS_HIGH] = 0;
    return context.#frame;
  }

  /** A copy with its own registers and FPU state, for fork. */
  clone(): UserContext {
    const frame = this.#liveFrame();
    const copy = new UserContext(this.#system);
    this.#system.hardware.saveFpu(frame);
    copy.#frame.bytes.set(frame.bytes);
    this.#system.hardware.loadFpu(copy.#frame);
    return copy;
  }

  /** Makes all registers and the FPU as in a new context, for exec. */
  reset(): void {
    const old = this.#liveFrame();
    const fresh = this.#system.hardware.createUserFrame();
    this.#system.hardware.destroyUserFrame(old);
    this.#frame = fresh;
    this.#words = fresh.words;
  }

  /** Ends the context. */
  drop(): void {
    if (this.#released !== undefined) {
      panicTwice("a user context", this.#released);
    }
    this.#released = this.#system.releases.note();
    this.#words = undefined;
    this.#system.hardware.destroyUserFrame(this.#frame);
  }

  [Symbol.dispose](): void {
    this.drop();
  }

  /**
   * SAFETY: context-live: the machine gives the memory of a frame that ended to another thread, so
   * every access to the registers looks first.
   */
  #live(): Int32Array {
    return this.#words ?? this.#ended();
  }

  #ended(): never {
    if (this.#released !== undefined) panicUsed("a user context", this.#released);
    panic("a user context without registers");
  }

  #liveFrame(): UserFrame {
    this.#live();
    return this.#frame;
  }

  #read(word: number): number {
    const words = this.#words ?? this.#ended();
    const low = (words[word] ?? 0) >>> 0;
    const high = words[word + 1] ?? 0;
    return high === 0 ? low : (high >>> 0) * TWO_32 + low;
  }

  /** SAFETY: numbers-once: a value becomes a number, which may run code, before the registers are looked up. */
  #write(word: number, value: number): void {
    const whole = +value;
    const words = this.#words ?? this.#ended();
    // The element keeps the low 32 bits; a small number's upper half is its sign.
    words[word] = whole;
    words[word + 1] = (whole | 0) === whole ? whole >> 31 : upperHalf(whole);
  }

  /** General register `index` (`Reg`) as an unsigned number: exact below 2^53, rounded above. */
  reg(index: number): number {
    return this.#read((index & 15) * 2);
  }

  /** Bits 0…31 of a general register, unsigned. */
  regLo(index: number): number {
    const word = (index & 15) * 2;
    return ((this.#words ?? this.#ended())[word] ?? 0) >>> 0;
  }

  /** Bits 32…63 of a general register, unsigned. */
  regHi(index: number): number {
    const word = (index & 15) * 2 + 1;
    return ((this.#words ?? this.#ended())[word] ?? 0) >>> 0;
  }

  /** A general register as a signed number (a two's complement 64-bit value). */
  regSigned(index: number): number {
    const word = (index & 15) * 2;
    const words = this.#words ?? this.#ended();
    return (words[word + 1] ?? 0) * TWO_32 + ((words[word] ?? 0) >>> 0);
  }

  /** Bits 0…31 of a general register, signed: a C `int` argument. */
  regInt(index: number): number {
    const word = (index & 15) * 2;
    return (this.#words ?? this.#ended())[word] ?? 0;
  }

  /** A general register as one of `Decode` says: what a system call's arguments are. */
  decode(index: number, how: number): number {
    const word = (index & 15) * 2;
    const words = this.#words ?? this.#ended();
    const low = words[word] ?? 0;
    if (how === INT) return low;
    const high = how === UINT ? 0 : (words[word + 1] ?? 0);
    // Engines that keep small integers apart are quick with them alone.
    if (high === 0) return low >>> 0;
    return (how === SIZE ? high >>> 0 : high) * TWO_32 + (low >>> 0);
  }

  /** Sets both halves of a general register. */
  setReg(index: number, low: number, high: number): void {
    const word = (index & 15) * 2;
    const lower = +low;
    const upper = +high;
    const words = this.#live();
    words[word] = lower;
    words[word + 1] = upper;
  }

  /** Sets a general register to an integer of at most 53 bits, negative ones sign-extended. */
  setRegNumber(index: number, value: number): void {
    // As #write: a call less on the way of every system call.
    const whole = +value;
    const word = (index & 15) * 2;
    const words = this.#words ?? this.#ended();
    words[word] = whole;
    words[word + 1] = (whole | 0) === whole ? whole >> 31 : upperHalf(whole);
  }

  /** The instruction pointer. */
  get rip(): number {
    return this.#read(RIP);
  }

  set rip(value: number) {
    this.#write(RIP, value);
  }

  /** Sets the instruction pointer from halves: what a signal frame holds may be any 64 bits. */
  setRip(low: number, high: number): void {
    const lower = +low;
    const upper = +high;
    const words = this.#live();
    words[RIP] = lower;
    words[RIP + 1] = upper;
  }

  /** The stack pointer. */
  get rsp(): number {
    return this.reg(Reg.RSP);
  }

  set rsp(value: number) {
    this.setRegNumber(Reg.RSP, value);
  }

  get rax(): number {
    return this.reg(Reg.RAX);
  }

  set rax(value: number) {
    this.setRegNumber(Reg.RAX, value);
  }

  get rdi(): number {
    return this.reg(Reg.RDI);
  }

  set rdi(value: number) {
    this.setRegNumber(Reg.RDI, value);
  }

  get rsi(): number {
    return this.reg(Reg.RSI);
  }

  set rsi(value: number) {
    this.setRegNumber(Reg.RSI, value);
  }

  get rdx(): number {
    return this.reg(Reg.RDX);
  }

  set rdx(value: number) {
    this.setRegNumber(Reg.RDX, value);
  }

  /** RFLAGS, 32 bits. Bits that are not the user's are lost when user mode is entered. */
  get rflags(): number {
    return (this.#live()[RFLAGS] ?? 0) >>> 0;
  }

  set rflags(value: number) {
    const flags = (value & RFLAGS_USER) | RFLAGS_FORCED;
    const words = this.#live();
    words[RFLAGS] = flags;
    words[RFLAGS + 1] = 0;
  }

  /** The base of the FS segment (thread-local storage). One outside user space becomes 0. */
  get fsBase(): number {
    return this.#read(FS_BASE);
  }

  set fsBase(value: number) {
    this.#write(FS_BASE, userBase(+value));
  }

  /** The base of the GS segment. One outside user space becomes 0. */
  get gsBase(): number {
    return this.#read(GS_BASE);
  }

  set gsBase(value: number) {
    this.#write(GS_BASE, userBase(+value));
  }

  /** Why user mode was left: an exception vector (0…31), 256 for `syscall`, 257 for an interrupt. */
  get trapVector(): number {
    return this.#live()[x86_64.FRAME_TRAP / 4] ?? 0;
  }

  /** The error code of the last exception; 0 for those that push none. */
  get errorCode(): number {
    return this.#live()[x86_64.FRAME_ERROR_CODE / 4] ?? 0;
  }

  /** The address of the last page fault (CR2). */
  get faultAddress(): number {
    return this.#read(FAULT_ADDRESS);
  }

  /** Copies the FXSAVE image (512 bytes) of the thread to `dst` at `offset`. */
  saveFpu(dst: Uint8Array, offset = 0): void {
    const to = +offset;
    checkBytes(dst, to, FPU_STATE_SIZE);
    this.#system.hardware.saveFpu(this.#liveFrame());
    const start = x86_64.FRAME_FXSAVE;
    copyOut(this.#liveFrame().bytes.subarray(start, start + FPU_STATE_SIZE), dst, to);
  }

  /**
   * Sets the FPU state from an FXSAVE image (512 bytes) of `src` at `offset`, which may come from
   * user memory: bits of MXCSR that do not exist are cleared (they would raise #GP).
   */
  loadFpu(src: Uint8Array, offset = 0): void {
    const from = +offset;
    checkBytes(src, from, FPU_STATE_SIZE);
    const { bytes } = this.#liveFrame();
    const start = x86_64.FRAME_FXSAVE;
    bytes.set(plainView(src, from, FPU_STATE_SIZE), start);
    bytes[start + MXCSR_OFFSET + 2] = 0;
    bytes[start + MXCSR_OFFSET + 3] = 0;
    this.#system.hardware.loadFpu(this.#liveFrame());
  }
}

/** Bits 32…63 of an integer. */
function upperHalf(whole: number): number {
  return (whole - (whole >>> 0)) / TWO_32;
}

/** SAFETY: segment-bases-canonical: WRMSR of a non-canonical base would fault in the kernel. */
function userBase(value: number): number {
  return value >= 0 && value < MAX_USERSPACE_VADDR ? value : 0;
}
