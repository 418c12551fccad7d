// SPDX-License-Identifier: MPL-2.0

import {
  MachineStopped,
  type AccessWidth,
  type BootInfo,
  type Hardware,
  type RamWindow,
  type StopReason,
  type UserFrame,
} from "@aster/hardware";
import { loadBootInfo } from "./boot/boot-info.ts";
import { Bus } from "./devices/bus.ts";
import { InterruptController } from "./devices/interrupt-controller.ts";
import {
  DEFAULT_RAM_BYTES,
  FIRST_VIRTIO_LINE,
  INTERRUPT_LINES,
  MAX_RAM_BYTES,
  MAX_RAM_WINDOW_BYTES,
  MIN_RAM_BYTES,
  PAGE_SIZE,
  TIMER_LINE,
  VIRTIO_MMIO_BASE,
  VIRTIO_MMIO_SIZE,
  VIRTIO_MMIO_STRIDE,
} from "./devices/memory-map.ts";
import { OneShotTimer } from "./devices/one-shot-timer.ts";
import type { VirtioDevice } from "./devices/virtio/device.ts";
import { HostClock, type Clock } from "./host/clock.ts";
import { hostEntropy, type EntropySource } from "./host/entropy.ts";
import { createNextTurn, type NextTurn } from "./host/event-loop.ts";
import type { WasmModule } from "./wasm/index.ts";
import type { CpuStatistics } from "./cpu/cpu-options.ts";
import type { Processor, ProcessorOptions } from "./processor.ts";

export interface MachineOptions {
  /** Bytes of RAM, a multiple of 4096 from 8 MiB to 3 GiB; default 256 MiB. */
  readonly ramBytes?: number;
  /** One character per byte. The devices are announced behind it, before any `--`. */
  readonly kernelCommandLine?: string;
  /** A cpio archive, plain or gzip. */
  readonly initramfs?: Uint8Array;
  /** virtio devices, at most 16, in the order in which the kernel finds them. */
  readonly devices?: readonly VirtioDevice[];
  /** Where the devices stand: on the memory bus, announced one by one (default), or on PCI. */
  readonly bus?: "mmio" | "pci";
  /**
   * An IOMMU between the devices and RAM, which OSTD then has guard both DMA and interrupts;
   * default false: the devices are the machine's own, and each request costs more.
   */
  readonly iommu?: boolean;
  /** Default: the host's clocks. */
  readonly clock?: Clock;
  /** Default: the host's cryptographic random numbers. */
  readonly entropy?: EntropySource;
  /** The interpreter tier, where it was made ahead of time (`loadTier0`); default: made now. */
  readonly tier0?: WasmModule;
  /**
   * Whether hot code is compiled to WebAssembly; default: where the host allows that, see `CpuStatistics.jitRefused`.
   * "eager" compiles all code when it is first met, which is slow, and a test of the compiler.
   */
  readonly jit?: "off" | "on" | "eager";
  /**
   * Instructions after which user mode looks whether an interrupt is pending, at the latest; default
   * 100,000, and up to 400,000 while compiled code runs. Few of them cost speed, and let a schedule take the CPU away anywhere.
   */
  readonly tickInstructions?: number;
  /** Gets the bytes of the early console; default: dropped. */
  readonly earlyConsole?: (byte: number) => void;
}

/** The machine as its host sees it; the kernel sees `Hardware` alone. */
export interface Machine extends Hardware {
  /** How the machine ended, once it did. */
  readonly stopped: MachineStopped | undefined;
  /** What the CPU has counted since it was made. */
  readonly statistics: CpuStatistics;
  /** Pulls the plug: the kernel is left at its next `idle` or `yieldToHost`. */
  stop(code: number): void;
  /** Why a device wants a reset, one text per failed device; empty when all are well. */
  deviceFailures(): readonly string[];
}

/** About so often polls look at the clock, which costs 60 ns where a poll costs 5; and at least after so many of them. */
const POLL_NS = 40_000;
const MAX_POLLS_PER_CLOCK_READ = 256;
const MAX_MS_WITHOUT_HOST = 8;
/** The longest setTimeout: 2^31 - 1 ms. */
const MAX_TIMEOUT_MS = 0x7fff_ffff;

/** Puts a machine together around a CPU. */
export function assembleMachine(
  createProcessor: (options: ProcessorOptions) => Processor,
  options: MachineOptions,
): Machine {
  return new BuiltinMachine(createProcessor, options);
}

class BuiltinMachine implements Machine {
  readonly arch = "x86_64";
  readonly bootInfo: BootInfo;
  readonly ram: readonly RamWindow[];
  readonly interruptLines: number = INTERRUPT_LINES;
  readonly messageLines: { readonly first: number; readonly count: number };
  stopped: MachineStopped | undefined;

  private readonly cpu: Processor;
  private readonly clock: Clock;
  private readonly entropy: EntropySource;
  private readonly earlyConsole: (byte: number) => void;
  private readonly nextTurn: NextTurn = createNextTurn();
  private readonly interrupts = new InterruptController();
  private readonly timer = new OneShotTimer(() => this.interrupts.raise(TIMER_LINE));
  private readonly bus: Bus;
  /** When the host's event loop last had a turn. */
  private hostTurnMs: number = performance.now();
  /** Instructions that virtual time has been moved for. */
  private ticksCounted = 0;
  /** So often is it asked for interrupts between two looks at the clock, as often as that is now; and when that was last. */
  private polls = 16;
  private pollsLeft = 16;
  private polledNs: number = -0;
  /** Ends the current idle wait. */
  private wake: (() => void) | undefined;

  constructor(createProcessor: (options: ProcessorOptions) => Processor, options: MachineOptions) {
    const ramBytes = options.ramBytes ?? DEFAULT_RAM_BYTES;
    checkRamBytes(ramBytes);
    const { devices = [], bus = "mmio", iommu = false } = options;
    this.clock = options.clock ?? new HostClock();
    this.entropy = options.entropy ?? hostEntropy;
    this.earlyConsole = options.earlyConsole ?? (() => {});
    this.interrupts.onPending = () => this.wake?.();

    this.cpu = createProcessor({
      ramBytes,
      onTick: () => this.tick(),
      // They move virtual time.
      steadyTicks: this.clock.virtual !== undefined,
      // One count per nanosecond: programs that calibrate it find a steady 1 GHz.
      readTsc: () => this.clock.monotonicNs(),
    });
    this.ram = ramWindows(this.cpu.ram);
    const codeWritten = (address: number, length: number): void =>
      this.cpu.codeWritten(address, length);
    this.bus = new Bus(this.cpu.ram, codeWritten, this.interrupts, { devices, bus, iommu });
    this.messageLines = this.bus.messageLines;
    const announced = bus === "mmio" ? devices.length : 0;
    this.bootInfo = loadBootInfo(this.cpu.ram, {
      kernelCommandLine: announceDevices(options.kernelCommandLine ?? "", announced),
      initramfs: options.initramfs,
      ...(this.bus.acpi && { acpi: this.bus.acpi }),
    });
  }

  get statistics(): CpuStatistics {
    return this.cpu.statistics;
  }

  // --- User mode and address spaces: the CPU's

  createUserFrame(): UserFrame {
    return this.cpu.createUserFrame();
  }

  destroyUserFrame(frame: UserFrame): void {
    this.cpu.destroyUserFrame(frame);
  }

  enterUser(frame: UserFrame): number {
    return this.cpu.enterUser(frame);
  }

  saveFpu(frame: UserFrame): void {
    this.cpu.saveFpu(frame);
  }

  loadFpu(frame: UserFrame): void {
    this.cpu.loadFpu(frame);
  }

  setPageTableRoot(root: number): void {
    this.cpu.setPageTableRoot(root);
  }

  invalidatePage(root: number, address: number): void {
    this.cpu.invalidatePage(root, address);
  }

  invalidateAddressSpace(root: number): void {
    this.cpu.invalidateAddressSpace(root);
  }

  codeWritten(paddr: number, lengthBytes: number): void {
    this.cpu.codeWritten(paddr, lengthBytes);
  }

  // --- Devices

  portRead(_port: number, width: AccessWidth): number {
    return allOnes(width);
  }

  portWrite(_port: number, _width: AccessWidth, _value: number): void {}

  mmioRead(address: number, width: AccessWidth): number {
    return this.bus.read(address, width) ?? allOnes(width);
  }

  mmioWrite(address: number, width: AccessWidth, value: number): void {
    this.bus.write(address, width, value);
  }

  deviceFailures(): readonly string[] {
    return this.bus.transports.flatMap((transport, index) =>
      transport.failure === undefined ? [] : [`virtio device ${index}: ${transport.failure}`],
    );
  }

  // --- Interrupts

  pendingInterrupt(): number {
    if (--this.pollsLeft <= 0) this.pollClock();
    return this.interrupts.lowest();
  }

  setInterruptMasked(line: number, masked: boolean): void {
    this.interrupts.setMasked(line, masked);
  }

  /** Wires lead to the CPU directly. */
  remapInterrupt(_line: number, _handle: number): undefined {}

  endInterrupt(line: number): void {
    this.interrupts.end(line);
  }

  // --- Time and entropy

  monotonicNs(): number {
    const now = this.clock.monotonicNs();
    this.noteClock(now);
    // Who has seen the deadline pass must find the interrupt pending.
    this.timer.observe(now);
    return now;
  }

  wallClockUs(): number {
    return this.clock.wallClockUs();
  }

  setTimer(deadlineNs: number): void {
    this.timer.set(deadlineNs);
    this.checkTimer();
  }

  fillRandom(bytes: Uint8Array): void {
    this.entropy(bytes);
  }

  // --- The rest

  earlyConsoleWrite(byte: number): void {
    this.earlyConsole(byte & 0xff);
  }

  powerOff(code: number): never {
    throw this.end("power-off", code);
  }

  restart(): never {
    throw this.end("restart", 0);
  }

  stop(code: number): void {
    this.end("power-off", code);
    this.wake?.();
  }

  async idle(): Promise<void> {
    this.leaveWhenStopped();
    this.checkTimer();
    if (!this.interrupts.isPending()) await this.sleepUntilPending();
    // A kernel that never finds an interrupt missing must not starve the host's events.
    else if (performance.now() - this.hostTurnMs > MAX_MS_WITHOUT_HOST) await this.hostTurn();
    this.leaveWhenStopped();
  }

  async yieldToHost(): Promise<void> {
    this.leaveWhenStopped();
    await this.hostTurn();
    this.checkTimer();
    this.leaveWhenStopped();
  }

  promisesDone(): Promise<void> {
    return new Promise<void>((resolve) => {
      this.nextTurn(resolve);
    });
  }

  // --- Helpers

  /** The CPU's tick. True when user mode must be left. */
  private tick(): boolean {
    if (this.clock.virtual !== undefined) {
      const { instructions } = this.cpu;
      this.clock.virtual.advanceTicks(instructions - this.ticksCounted);
      this.ticksCounted = instructions;
    }
    this.checkTimer();
    return this.interrupts.isPending() || this.stopped !== undefined;
  }

  /** Looks at the clock, and decides when to do so next. */
  private pollClock(): void {
    if (this.timer.deadlineNs === Infinity) {
      this.pollsLeft = this.polls;
      return;
    }
    const now = this.clock.monotonicNs();
    const passedNs = now - this.polledNs;
    if (passedNs < POLL_NS / 2) this.polls = Math.min(2 * this.polls, MAX_POLLS_PER_CLOCK_READ);
    else if (passedNs > 2 * POLL_NS) this.polls = Math.max(this.polls >> 1, 1);
    this.noteClock(now);
    this.timer.observe(now);
  }

  /** The clock has been read, for whatever reason. */
  private noteClock(now: number): void {
    this.polledNs = now;
    this.pollsLeft = this.polls;
  }

  private checkTimer(): void {
    if (this.timer.deadlineNs !== Infinity) this.timer.observe(this.clock.monotonicNs());
  }

  private end(reason: StopReason, code: number): MachineStopped {
    this.stopped ??= new MachineStopped(reason, code);
    return this.stopped;
  }

  private leaveWhenStopped(): void {
    if (this.stopped !== undefined) throw this.stopped;
  }

  private hostTurn(): Promise<void> {
    return new Promise<void>((resolve) => {
      this.nextTurn(() => {
        this.hostTurnMs = performance.now();
        resolve();
      });
    });
  }

  /** Waits on the host's event loop, and keeps it alive even when no timer is armed. */
  private sleepUntilPending(): Promise<void> {
    return new Promise<void>((resolve) => {
      let timeout: ReturnType<typeof setTimeout> | undefined;
      const finished = (): boolean => {
        this.checkTimer();
        if (!this.interrupts.isPending() && this.stopped === undefined) return false;
        this.wake = undefined;
        this.hostTurnMs = performance.now();
        clearTimeout(timeout);
        resolve();
        return true;
      };
      const wait = (): void => {
        // A device's event may have ended this sleep before its turn came, and another begun.
        if (this.wake !== finished || finished()) return;
        if (this.clock.virtual !== undefined && this.timer.deadlineNs !== Infinity) {
          // Virtual time passes as soon as the host's events had their turn.
          this.clock.virtual.advanceTo(this.timer.deadlineNs);
          this.nextTurn(wait);
          return;
        }
        const ms = (this.timer.deadlineNs - this.clock.monotonicNs()) / 1e6;
        // setTimeout counts whole milliseconds: the last one is spent in short turns.
        if (ms < 1) this.nextTurn(wait);
        else timeout = setTimeout(wait, Math.min(Math.floor(ms), MAX_TIMEOUT_MS));
      };
      this.wake = finished;
      this.nextTurn(wait);
    });
  }
}

function checkRamBytes(ramBytes: number): void {
  const sound =
    ramBytes >= MIN_RAM_BYTES && ramBytes <= MAX_RAM_BYTES && ramBytes % PAGE_SIZE === 0;
  if (!sound) {
    throw new RangeError(
      `RAM of ${ramBytes} bytes: expected a multiple of ${PAGE_SIZE} ` +
        `from ${MIN_RAM_BYTES} to ${MAX_RAM_BYTES}`,
    );
  }
}

function ramWindows(ram: Uint8Array): RamWindow[] {
  const windows: RamWindow[] = [];
  for (let base = 0; base < ram.length; base += MAX_RAM_WINDOW_BYTES) {
    windows.push({ base, bytes: ram.subarray(base, base + MAX_RAM_WINDOW_BYTES) });
  }
  return windows;
}

/**
 * Tells the kernel where the devices are, in the syntax of Linux
 * (Documentation/admin-guide/kernel-parameters: `virtio_mmio.device=`).
 * What follows `--` on a command line belongs to init.
 */
function announceDevices(commandLine: string, count: number): string {
  const parameters = Array.from({ length: count }, (_, index) => {
    const base = VIRTIO_MMIO_BASE + index * VIRTIO_MMIO_STRIDE;
    const size = `0x${VIRTIO_MMIO_SIZE.toString(16)}`;
    return `virtio_mmio.device=${size}@0x${base.toString(16)}:${FIRST_VIRTIO_LINE + index}`;
  });
  const end = /(?:^|\s)--(?=\s|$)/.exec(commandLine)?.index ?? commandLine.length;
  const kernelPart = commandLine.slice(0, end).trim();
  const initPart = commandLine.slice(end).trimStart();
  return [kernelPart, ...parameters, initPart].filter((part) => part !== "").join(" ");
}

function allOnes(width: AccessWidth): number {
  return width === 4 ? 0xffff_ffff : (1 << (8 * width)) - 1;
}
