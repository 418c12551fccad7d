// SPDX-License-Identifier: MPL-2.0

import type { BootInfo } from "./boot-info.ts";

/** A window on RAM: `bytes[0]` is the byte at physical address `base`. At most 1 GiB. */
export interface RamWindow {
  readonly base: number;
  /** Never detached or moved while the machine lives. `bytes.byteOffset` is a multiple of 4096. */
  readonly bytes: Uint8Array;
}

/** The register state of one user thread, laid out by `arch/<arch>.ts`. */
export interface UserFrame {
  /** The frame as 32-bit words; live, never detached while the frame exists. */
  readonly words: Int32Array;
  /** The same memory as bytes, for the FXSAVE image. */
  readonly bytes: Uint8Array;
}

/** Widths of port and MMIO accesses, in bytes. */
export type AccessWidth = 1 | 2 | 4;

/**
 * Everything that OSTD needs of a machine and TypeScript cannot express.
 *
 * One CPU, one thread: every operation is synchronous but for `idle` and
 * `yieldToHost`. Addresses and times are numbers below 2^53. A machine never
 * calls up; it sets interrupts pending, and OSTD asks.
 */
export interface Hardware {
  readonly arch: "x86_64";
  readonly bootInfo: BootInfo;
  /** All of RAM, in ascending order of `base`, without overlap. */
  readonly ram: readonly RamWindow[];

  // --- User mode

  /** Makes a zeroed frame with rflags = 0x202 and the FPU in its initial state (FCW 0x37f, MXCSR 0x1f80). */
  createUserFrame(): UserFrame;
  destroyUserFrame(frame: UserFrame): void;
  /**
   * Runs the thread in `frame` in user mode, in the current address space, until it traps,
   * and returns `FRAME_TRAP`. Registers in the frame are precise on return: rip is the faulting
   * instruction for faults, the next one for traps and `syscall`.
   * A page fault leaves CR2 and the error code in the frame.
   */
  enterUser(frame: UserFrame): number;
  /** Makes the frame's FXSAVE image true (the machine keeps the FPU state of the last thread in registers). */
  saveFpu(frame: UserFrame): void;
  /** Tells that the kernel wrote the frame's FXSAVE image. Bits of MXCSR that do not exist are cleared. */
  loadFpu(frame: UserFrame): void;

  // --- Address spaces

  /** Makes the 4-level page table at physical address `root` current (CR3). Implies no flush of other roots. */
  setPageTableRoot(root: number): void;
  /** Forgets cached translations of the page at `address` in the address space `root`. */
  invalidatePage(root: number, address: number): void;
  /** Forgets all cached translations of the address space `root`; must be called before its root frame is freed. */
  invalidateAddressSpace(root: number): void;

  /**
   * Tells that OSTD wrote `lengthBytes` bytes of RAM at physical address `paddr`, so that code
   * translated from them is forgotten. Called after each write to an untyped frame: cheap.
   */
  codeWritten(paddr: number, lengthBytes: number): void;

  // --- Devices

  portRead(port: number, width: AccessWidth): number;
  portWrite(port: number, width: AccessWidth, value: number): void;
  /** Reads a device register, as an unsigned number. All ones where no device answers. */
  mmioRead(address: number, width: AccessWidth): number;
  mmioWrite(address: number, width: AccessWidth, value: number): void;

  // --- Interrupts

  /** How many interrupt lines there are; the one-shot timer is line 0. */
  readonly interruptLines: number;
  /**
   * Lines that no wire raises, but a message (MSI): on x86-64 a write of 32 + line to the local
   * APIC's address. Edges, which stay pending while masked.
   */
  readonly messageLines: { readonly first: number; readonly count: number };
  /** The lowest pending, unmasked line, or -1. Asked on each return to the kernel: cheap. */
  pendingInterrupt(): number;
  setInterruptMasked(line: number, masked: boolean): void;
  /**
   * Has the interrupts of a wire name entry `handle` of the interrupt remapping table from now on;
   * how the wire interrupts. Undefined, and nothing done, where no message stands between the
   * line and the CPU.
   */
  remapInterrupt(line: number, handle: number): "edge" | "level" | undefined;
  /** Acknowledges an interrupt: its pending state is cleared (a level-triggered device raises it again). */
  endInterrupt(line: number): void;

  // --- Time and entropy

  /** Nanoseconds since power-on; never goes back. */
  monotonicNs(): number;
  /** Microseconds since 1970-01-01 UTC. */
  wallClockUs(): number;
  /** Raises line 0 once `monotonicNs()` reaches `deadlineNs`; Infinity disarms. Replaces the earlier deadline. */
  setTimer(deadlineNs: number): void;
  fillRandom(bytes: Uint8Array): void;

  // --- The rest

  /** Writes one byte to the early console; for messages before drivers, and for panics. */
  earlyConsoleWrite(byte: number): void;
  /**
   * Called once when the kernel panics, before it powers off: what the machine can tell of user
   * mode (registers, the last system calls), as lines for the early console.
   */
  lastWords?(): string;
  /** Stops the machine; `code` is what the host sees (0…255). */
  powerOff(code: number): never;
  restart(): never;
  /** Sleeps until an unmasked interrupt is pending. The only long wait of a machine. */
  idle(): Promise<void>;
  /** Gives the host's event loop a turn; called after about 8 ms of busy time. */
  yieldToHost(): Promise<void>;
  /**
   * Settles once every promise has that can without the host: when its event loop has the next turn. Absent where
   * there is no host; such a machine stops by itself when nothing is left to do.
   */
  promisesDone?(): Promise<void>;
}
