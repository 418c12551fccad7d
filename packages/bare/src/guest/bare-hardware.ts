// SPDX-License-Identifier: MPL-2.0

import type { AccessWidth, BootInfo, Hardware, RamWindow, UserFrame } from "@aster/hardware";
import {
  acpiTables,
  fixedDescription,
  interruptControllers,
  scanForRsdp,
  x86_64,
} from "@aster/hardware";
import type { FixedDescription } from "@aster/hardware";
import { identifyProcessor } from "./processor.ts";
import { readBootInfo, ramWindows } from "./boot-info.ts";
import { Clock } from "./clock.ts";
import { fillRandom } from "./entropy.ts";
import { EXIT_PANIC } from "./fail.ts";
import { InterruptLines, INTERRUPT_LINES, MESSAGE_LINES } from "./interrupt-lines.ts";
import type { Native } from "./native.ts";
import { SharedState } from "./shared-state.ts";
import { Timer } from "./timer.ts";
import { describeUserMode } from "./user-mode-trace.ts";
import { readWallClockUs } from "./rtc.ts";

/** isa-debug-exit: QEMU ends with status 2 * code + 1. */
const EXIT_SUCCESS = 0x10;
const EXIT_RESTART = 0x11;
const EXIT_FAILURE = 0x20;

/** A constant of this module is cheaper to read than a member of another's. */
const { TRAP_INTERRUPT } = x86_64;

const DEBUG_EXIT = 0xf4;
const KEYBOARD_CONTROLLER = 0x64;
const PULSE_RESET = 0xfe;
const RESET_CONTROL = 0xcf9;
const FULL_RESET = 0x0e;

/** A user frame that knows its number. */
class BareFrame implements UserFrame {
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  readonly number: number;

  constructor(buffer: ArrayBuffer, number: number) {
    this.words = new Int32Array(buffer);
    this.bytes = new Uint8Array(buffer);
    this.number = number;
  }
}

/** The real machine. */
export class BareHardware implements Hardware {
  readonly arch = "x86_64";
  readonly bootInfo: BootInfo;
  readonly ram: readonly RamWindow[];
  readonly interruptLines: number = INTERRUPT_LINES;
  readonly messageLines: { readonly first: number; readonly count: number } = MESSAGE_LINES;

  private readonly native: Native;
  /** ACPI's fixed hardware, where there are tables. */
  private readonly fixed: FixedDescription | undefined;
  private readonly state: SharedState;
  /** The words of `state`, which are looked at before each entry into user mode. */
  private readonly eventWords: Uint32Array;
  private readonly clock: Clock;
  private readonly timer: Timer;
  private readonly lines: InterruptLines;
  private readonly freeFrames: BareFrame[] = [];
  private frameCount = 0;
  /** Wall clock at power-on. */
  private readonly epochUs: number;
  private hasPanicked = false;

  constructor(native: Native) {
    this.native = native;
    const boot = native.bootInfo();
    const read = (address: number): number => native.mmioRead(address, 1);
    const rsdp = boot.rsdp === 0 ? scanForRsdp(read) : boot.rsdp;
    const tables = rsdp === undefined ? [] : acpiTables(read, rsdp);
    this.fixed = fixedDescription(tables);
    this.ram = ramWindows(native, boot);
    this.state = new SharedState(native);
    this.bootInfo = readBootInfo(boot, rsdp, identifyProcessor(native, this.state));
    this.eventWords = this.state.words;
    this.clock = new Clock(native, this.fixed);
    this.lines = new InterruptLines(native, this.state, interruptControllers(tables));
    this.timer = new Timer(native, this.clock, this.lines);
    this.epochUs = readWallClockUs(native) - Math.floor(this.clock.nowNs() / 1000);
  }

  // --- User mode

  createUserFrame(): UserFrame {
    let frame = this.freeFrames.pop();
    if (frame === undefined) {
      const buffer = this.native.newFrame();
      if (buffer === undefined) {
        throw new Error("out of memory for user frames");
      }
      frame = new BareFrame(buffer, this.frameCount);
      this.frameCount += 1;
    }
    const { words } = frame;
    words.fill(0);
    words[x86_64.FRAME_RFLAGS >> 2] = 0x202;
    words[x86_64.FRAME_FXSAVE >> 2] = 0x37f;
    words[(x86_64.FRAME_FXSAVE + 24) >> 2] = 0x1f80;
    return frame;
  }

  destroyUserFrame(frame: UserFrame): void {
    if (frame instanceof BareFrame) {
      this.freeFrames.push(frame);
    }
  }

  enterUser(frame: UserFrame): number {
    const bare = frame as BareFrame;
    const { lines, native } = this;
    for (;;) {
      if (!lines.isQuiet && this.pendingInterrupt() >= 0) {
        frame.words[x86_64.FRAME_TRAP >> 2] = x86_64.TRAP_INTERRUPT;
        return x86_64.TRAP_INTERRUPT;
      }
      // It looks for events itself: an interrupt that nobody has seen is the trap.
      const trap = native.enter(bare.number, lines.eventsSeen);
      if (trap !== TRAP_INTERRUPT) {
        return trap;
      }
      this.takeEvents();
    }
  }

  /** The native runtime saves the FPU on each return. */
  saveFpu(_frame: UserFrame): void {}

  loadFpu(frame: UserFrame): void {
    const mxcsr = (x86_64.FRAME_FXSAVE + 24) >> 2;
    frame.words[mxcsr] = (frame.words[mxcsr] ?? 0) & 0xffff;
  }

  // --- Address spaces

  setPageTableRoot(root: number): void {
    this.native.setRoot(root);
  }

  invalidatePage(root: number, address: number): void {
    this.native.forgetPage(root, address);
  }

  invalidateAddressSpace(root: number): void {
    this.native.forgetRoot(root);
  }

  /** The CPU keeps its instruction cache coherent. */
  codeWritten(_paddr: number, _lengthBytes: number): void {}

  // --- Devices

  portRead(port: number, width: AccessWidth): number {
    return this.native.portRead(port, width);
  }

  portWrite(port: number, width: AccessWidth, value: number): void {
    this.native.portWrite(port, width, value);
  }

  mmioRead(address: number, width: AccessWidth): number {
    return this.native.mmioRead(address, width);
  }

  mmioWrite(address: number, width: AccessWidth, value: number): void {
    this.native.mmioWrite(address, width, value);
  }

  // --- Interrupts

  pendingInterrupt(): number {
    const { lines } = this;
    if (lines.isQuiet && this.eventWords[0] === lines.eventsSeen) {
      return -1;
    }
    this.takeEvents();
    return lines.pending();
  }

  setInterruptMasked(line: number, masked: boolean): void {
    this.lines.setMasked(line, masked);
  }

  remapInterrupt(line: number, handle: number): "edge" | "level" | undefined {
    return this.lines.remap(line, handle);
  }

  endInterrupt(line: number): void {
    this.lines.end(line);
  }

  // --- Time and entropy

  monotonicNs(): number {
    const now = this.clock.nowNs();
    // Who has seen the deadline pass must find the interrupt pending.
    this.timer.observe(now);
    return now;
  }

  wallClockUs(): number {
    return this.epochUs + Math.floor(this.clock.nowNs() / 1000);
  }

  setTimer(deadlineNs: number): void {
    this.timer.set(deadlineNs);
  }

  fillRandom(bytes: Uint8Array): void {
    fillRandom(this.native, bytes);
  }

  // --- The rest

  earlyConsoleWrite(byte: number): void {
    this.native.consoleWrite(byte);
  }

  lastWords(): string {
    this.hasPanicked = true;
    return describeUserMode(this.native);
  }

  powerOff(code: number): never {
    const failure = this.hasPanicked ? EXIT_PANIC : EXIT_FAILURE;
    this.native.stop(code === 0 ? EXIT_SUCCESS : failure);
  }

  restart(): never {
    // Who runs us in QEMU hears of it; a machine without that device goes on.
    this.native.portWrite(DEBUG_EXIT, 4, EXIT_RESTART);
    const reset = this.fixed?.reset;
    if (reset !== undefined) {
      this.native.portWrite(reset.port, 1, reset.value);
    }
    this.native.portWrite(KEYBOARD_CONTROLLER, 1, PULSE_RESET);
    this.native.portWrite(RESET_CONTROL, 1, FULL_RESET);
    this.native.stop(EXIT_FAILURE);
  }

  async idle(): Promise<void> {
    for (;;) {
      const events = this.state.events();
      if (this.pendingInterrupt() >= 0) {
        return;
      }
      this.native.halt(events);
    }
  }

  /** There is no host: the CPU is all ours. */
  async yieldToHost(): Promise<void> {}

  // --- Helpers

  /** Takes over what interrupts left behind. */
  private takeEvents(): void {
    if (this.lines.takeEvents()) {
      this.timer.interrupted();
    }
  }
}
