// SPDX-License-Identifier: MPL-2.0

import type { AccessWidth, BootInfo, Hardware, RamWindow, UserFrame } from "@aster/hardware";
import { MachineStopped, x86_64 } from "@aster/hardware";

/** Plays user mode: changes the frame and returns the trap. */
export type UserScript = (frame: UserFrame, hardware: FakeHardware) => number;

export interface FakeHardwareOptions {
  /** Bytes of RAM at address 0; 8 MiB by default. */
  readonly ramBytes?: number;
  readonly commandLine?: string;
  /** Put at the end of RAM. */
  readonly initramfs?: Uint8Array;
  /** What `enterUser` does; an invalid opcode by default. */
  readonly user?: UserScript;
}

const LINES = 32;

/**
 * A machine of RAM and clocks for unit tests: no CPU and no devices, time stands still but for
 * `advance` and `idle`, and what OSTD asked for is recorded.
 */
export class FakeHardware implements Hardware {
  readonly arch = "x86_64";
  readonly bootInfo: BootInfo;
  readonly ram: readonly RamWindow[];
  readonly interruptLines: number = LINES;
  readonly messageLines: { readonly first: number; readonly count: number } = {
    first: 24,
    count: 8,
  };
  /** What was printed on the early console, one character per byte. */
  console = "";
  /** Monotonic time; tests may set it. */
  nowNs = 0;
  timerNs: number = Number.POSITIVE_INFINITY;
  user: UserScript;
  root = 0;
  /** Set by powerOff. */
  exitCode: number | undefined = undefined;
  /** How often the host had a turn. */
  hostTurns = 0;
  /** Called while the machine idles, to let a test raise interrupts; false when it has nothing to do. */
  onIdle: () => boolean = () => false;
  /** Of a host whose event loop has turns; none by default. */
  promisesDone?: () => Promise<void>;
  readonly invalidatedPages: [root: number, address: number][] = [];
  readonly invalidatedSpaces: number[] = [];
  readonly codeWrites: [paddr: number, length: number][] = [];
  /** Recording is off by default: benchmarks must not grow memory. */
  recording = false;
  readonly ports: Map<number, number> = new Map();
  readonly registers: Map<number, number> = new Map();
  readonly #pending: boolean[] = new Array<boolean>(LINES).fill(false);
  readonly #masked: boolean[] = new Array<boolean>(LINES).fill(false);
  #random = 1;

  constructor(options: FakeHardwareOptions = {}) {
    const ramBytes = options.ramBytes ?? 8 * 1024 * 1024;
    const bytes = new Uint8Array(ramBytes);
    this.ram = [{ base: 0, bytes }];
    this.user = options.user ?? ((): number => x86_64.VECTOR_INVALID_OPCODE);
    let initramfs: BootInfo["initramfs"];
    if (options.initramfs !== undefined) {
      const { length } = options.initramfs;
      const base = ramBytes - Math.ceil(length / 4096) * 4096;
      bytes.set(options.initramfs, base);
      initramfs = { base, length };
    }
    this.bootInfo = {
      bootloaderName: "fake",
      kernelCommandLine: options.commandLine ?? "",
      initramfs,
      memoryRegions: [{ base: 0, length: ramBytes, type: "usable" }],
    };
  }

  /** Lets time pass; the timer may become due. */
  advance(ns: number): void {
    this.nowNs += ns;
  }

  /** Makes an interrupt pending. */
  raise(line: number): void {
    this.#pending[line] = true;
  }

  createUserFrame(): UserFrame {
    const buffer = new ArrayBuffer(x86_64.FRAME_SIZE);
    const words = new Int32Array(buffer);
    const bytes = new Uint8Array(buffer);
    words[x86_64.FRAME_RFLAGS / 4] = 0x202;
    bytes[x86_64.FRAME_FXSAVE] = 0x7f;
    bytes[x86_64.FRAME_FXSAVE + 1] = 0x03;
    bytes[x86_64.FRAME_FXSAVE + 24] = 0x80;
    bytes[x86_64.FRAME_FXSAVE + 25] = 0x1f;
    return { words, bytes };
  }

  destroyUserFrame(_frame: UserFrame): void {}

  enterUser(frame: UserFrame): number {
    if (this.pendingInterrupt() >= 0) {
      return x86_64.TRAP_INTERRUPT;
    }
    const trap = this.user(frame, this);
    frame.words[x86_64.FRAME_TRAP / 4] = trap;
    return trap;
  }

  saveFpu(_frame: UserFrame): void {}

  loadFpu(_frame: UserFrame): void {}

  setPageTableRoot(root: number): void {
    this.root = root;
  }

  invalidatePage(root: number, address: number): void {
    if (this.recording) {
      this.invalidatedPages.push([root, address]);
    }
  }

  invalidateAddressSpace(root: number): void {
    if (this.recording) {
      this.invalidatedSpaces.push(root);
    }
  }

  codeWritten(paddr: number, lengthBytes: number): void {
    if (this.recording) {
      this.codeWrites.push([paddr, lengthBytes]);
    }
  }

  portRead(port: number, width: AccessWidth): number {
    return this.ports.get(port) ?? 2 ** (8 * width) - 1;
  }

  portWrite(port: number, _width: AccessWidth, value: number): void {
    this.ports.set(port, value);
  }

  mmioRead(address: number, _width: AccessWidth): number {
    return this.registers.get(address) ?? 0xffff_ffff;
  }

  mmioWrite(address: number, _width: AccessWidth, value: number): void {
    this.registers.set(address, value);
  }

  pendingInterrupt(): number {
    if (this.nowNs >= this.timerNs) {
      this.#pending[0] = true;
    }
    for (let line = 0; line < LINES; line++) {
      if (this.#pending[line] === true && this.#masked[line] !== true) {
        return line;
      }
    }
    return -1;
  }

  setInterruptMasked(line: number, masked: boolean): void {
    this.#masked[line] = masked;
  }

  isMasked(line: number): boolean {
    return this.#masked[line] === true;
  }

  remapInterrupt(_line: number, _handle: number): undefined {}

  endInterrupt(line: number): void {
    this.#pending[line] = false;
    if (line === 0) {
      this.timerNs = Number.POSITIVE_INFINITY;
    }
  }

  monotonicNs(): number {
    return this.nowNs;
  }

  wallClockUs(): number {
    return 1_700_000_000_000_000 + Math.floor(this.nowNs / 1000);
  }

  setTimer(deadlineNs: number): void {
    this.timerNs = deadlineNs;
  }

  fillRandom(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) {
      this.#random = (Math.imul(this.#random, 1103515245) + 12345) >>> 0;
      bytes[i] = this.#random >>> 16;
    }
  }

  earlyConsoleWrite(byte: number): void {
    this.console += String.fromCharCode(byte);
  }

  powerOff(code: number): never {
    this.exitCode = code;
    throw new MachineStopped("power-off", code);
  }

  restart(): never {
    throw new MachineStopped("restart", 0);
  }

  /** Jumps to the timer's deadline. With nothing to wait for the test hangs: that is an error. */
  async idle(): Promise<void> {
    await Promise.resolve();
    if (this.pendingInterrupt() >= 0 || this.onIdle()) {
      return;
    }
    if (this.timerNs === Number.POSITIVE_INFINITY) {
      throw new Error("the machine idles for ever: every task waits and no timer is set");
    }
    this.nowNs = Math.max(this.nowNs, this.timerNs);
  }

  async yieldToHost(): Promise<void> {
    this.hostTurns += 1;
    await Promise.resolve();
  }
}
