// SPDX-License-Identifier: MPL-2.0

import type { AcpiTable, BootInfo, Hardware } from "@aster/hardware";
import { dmaUnits } from "@aster/hardware";
import { FrameKind, Frames } from "./mm/frames.unsafe.ts";
import { FrameMetadataTable } from "./mm/frame-metadata.unsafe.ts";
import { SlabHeapAllocator } from "./mm/heap.ts";
import type { HeapAllocator } from "./mm/heap.ts";
import { BuddyAllocator } from "./mm/buddy-allocator.ts";
import { UnguardedDma } from "./mm/dma-space.ts";
import type { DmaSpace } from "./mm/dma-space.ts";
import { PAGE_SIZE, alignDown, alignUp } from "./mm/page.ts";
import { EntryList, Ram } from "./mm/ram.unsafe.ts";
import { TlbFlusher } from "./mm/tlb.ts";
import { ReleasePlaces } from "./release.ts";
import { parseEarlyCommandLine, readGuards } from "./early-command-line.ts";
import { Interrupts } from "./irq/interrupts.ts";
import { readAcpiTables } from "./arch/x86_64/acpi.ts";
import { Iommu } from "./arch/x86_64/iommu/iommu.unsafe.ts";
import { TranslationCache } from "./arch/x86_64/translation-cache.ts";
import { SENSITIVE_IO_MEMORY, SENSITIVE_IO_PORTS } from "./arch/x86_64/sensitive-io.ts";
import { RangeAllocator } from "./io/ranges.ts";
import type { Log } from "./log.ts";
import type { Kernel } from "./main.ts";
import type { UserMemory } from "./mm/user-memory.ts";
import { asError, asStop, describeFailure } from "./failure.ts";
import { LockOrder } from "./sync/lock-order.ts";
import { FifoScheduler } from "./task/fifo-scheduler.ts";
import { Scheduling } from "./task/scheduling.ts";
import { endTurn, takeTurn } from "./task/turn.unsafe.ts";
import { Timers } from "./timer/timers.ts";

/** Resolves a fault of the kernel's access to user memory; whether the access may be tried again. */
export type UserPageFaultHandler = (address: number, write: boolean, space: UserMemory) => boolean;

/** Physical addresses end here for OSTD: RAM above it is not used. */
const PHYSICAL_LIMIT = 2 ** 40;
const FAILURE = 1;
/** Regions that are RAM, whoever uses it. */
const MEMORY_TYPES: ReadonlySet<string> = new Set(["usable", "kernel", "module", "reclaimable"]);

/**
 * The root of one running system: all that OSTD keeps hangs off it, so several live in a process.
 *
 * SAFETY: never handed to a kernel; handles keep it in `#` fields.
 */
export class System {
  readonly hardware: Hardware;
  /** A frozen copy: what the kernel sees and what OSTD trusts cannot be changed. */
  readonly bootInfo: BootInfo;
  readonly ram: Ram;
  readonly frames: Frames;
  readonly tlbFlusher: TlbFlusher;
  readonly releases: ReleasePlaces;
  readonly translations: TranslationCache = new TranslationCache();
  /** What page tables work with, one after the other. */
  readonly entryList: EntryList = new EntryList();
  readonly interrupts: Interrupts;
  readonly timers: Timers;
  readonly metadata: FrameMetadataTable = new FrameMetadataTable();
  readonly heapAllocator: HeapAllocator;
  readonly lockOrder: LockOrder = new LockOrder();
  readonly scheduling: Scheduling;
  /** The firmware's tables. */
  readonly acpi: readonly AcpiTable[];
  /** Undefined where the machine has none, or the command line turns it off. */
  readonly iommu: Iommu | undefined;
  readonly dma: DmaSpace;
  readonly ioMemory: RangeAllocator;
  readonly ioPorts: RangeAllocator;
  /** Values of `SystemLocal`s. */
  readonly locals: unknown[] = [];
  /** An empty page table, active while no address space is. */
  readonly idleRoot: number;
  activeRoot: number;
  userPageFaultHandler: UserPageFaultHandler | undefined = undefined;
  poweroffHandler: ((code: number) => void) | undefined = undefined;
  restartHandler: (() => void) | undefined = undefined;
  /** What other CPUs would begin with. */
  apEntry: (() => void) | undefined = undefined;
  logger: Log | undefined = undefined;
  maxLogLevel: number;
  readonly #panicHandler: ((failure: Error) => void) | undefined;
  #hasEarlyConsole: boolean;
  /** Entered by a unit test, without a run loop: a panic throws. */
  detached = false;
  #hasTurn = false;
  #initramfsReleased = false;
  #dying = false;

  constructor(kernel: Kernel, hardware: Hardware) {
    const { policies } = kernel;
    const parse = policies.earlyCommandLineParser ?? parseEarlyCommandLine;
    const early = parse(hardware.bootInfo.kernelCommandLine);
    this.maxLogLevel = +early.logLevel;
    this.#hasEarlyConsole = early.hasEarlyConsole === true;
    this.#panicHandler = policies.panicHandler;
    this.hardware = hardware;
    this.bootInfo = frozenCopy(hardware.bootInfo);
    this.releases = new ReleasePlaces(hardware);
    this.ram = new Ram(hardware);
    this.frames = new Frames(this.ram, policies.frameAllocator?.() ?? new BuddyAllocator());
    this.heapAllocator = policies.heapAllocator?.() ?? new SlabHeapAllocator();
    const flusher = new TlbFlusher(hardware, this.frames);
    this.tlbFlusher = flusher;
    this.frames.reclaim = (): boolean => {
      const waiting = flusher.deferredFrames > 0;
      flusher.sync();
      return waiting;
    };
    this.#addUsableMemory();
    this.timers = new Timers(() => {
      this.scheduling.rearm();
    });
    this.scheduling = new Scheduling(this, new FifoScheduler());
    this.interrupts = new Interrupts(hardware, () => {
      this.scheduling.onTimerInterrupt();
    });
    this.acpi = readAcpiTables(hardware, this.ram);
    // SAFETY: who boots the machine chooses what guards it, not the kernel's policy.
    const guards = readGuards(hardware.bootInfo.kernelCommandLine);
    const iommu = guards.dma ? Iommu.enable(this, this.acpi, guards.interrupts) : undefined;
    if (typeof iommu === "string") {
      this.earlyPrint(`ostd: the IOMMU is not used: ${iommu}\n`);
    }
    this.iommu = typeof iommu === "string" ? undefined : iommu;
    this.dma = this.iommu ?? new UnguardedDma();
    this.#announceFaults();
    this.ioMemory = new RangeAllocator(PHYSICAL_LIMIT, this.#withheldMemory());
    this.ioPorts = new RangeAllocator(0x1_0000, SENSITIVE_IO_PORTS);
    const root = this.frames.alloc(1, FrameKind.PAGE_TABLE, true);
    if (root < 0) {
      throw new Error("the machine has no usable RAM");
    }
    this.idleRoot = root * PAGE_SIZE;
    this.activeRoot = this.idleRoot;
    hardware.setPageTableRoot(this.idleRoot);
  }

  /** What no driver gets: memory of any kind, interrupt controllers, timers, the IOMMU. */
  #withheldMemory(): (readonly [number, number])[] {
    const { hardware } = this;
    const memory = this.bootInfo.memoryRegions.filter(({ type }) => MEMORY_TYPES.has(type));
    return [
      ...hardware.ram.map(({ base, bytes }) => [base, base + bytes.length] as const),
      ...memory.map(({ base, length }) => [base, base + length] as const),
      ...dmaUnits(this.acpi).map(({ registers: at }) => [at, at + PAGE_SIZE] as const),
      ...SENSITIVE_IO_MEMORY,
    ];
  }

  /** Has the IOMMU interrupt when it refuses something; without a free line it is only asked. */
  #announceFaults(): void {
    const { iommu, interrupts } = this;
    const line = iommu === undefined ? -1 : interrupts.allocateMessage();
    if (iommu === undefined || line < 0) {
      return;
    }
    const { address, data } = interrupts.directMessage(line);
    interrupts.setCallbacks(line, [{ callback: () => iommu.collectFaults() }]);
    iommu.announceFaults(address, data);
  }

  /** Gives all usable regions to the frame allocator, but frame 0 and the initramfs. */
  #addUsableMemory(): void {
    const { initramfs, memoryRegions } = this.bootInfo;
    for (const region of memoryRegions) {
      if (region.type !== "usable") {
        continue;
      }
      // Frame 0 stays out, so that no handle ever has address 0.
      let start = Math.max(PAGE_SIZE, alignUp(region.base, PAGE_SIZE));
      const end = alignDown(region.base + region.length, PAGE_SIZE);
      if (initramfs !== undefined) {
        const from = alignDown(initramfs.base, PAGE_SIZE);
        const to = alignUp(initramfs.base + initramfs.length, PAGE_SIZE);
        if (from < end) {
          this.#addFrames(start, from);
          start = Math.max(start, to);
        }
      }
      this.#addFrames(start, end);
    }
  }

  #addFrames(start: number, end: number): void {
    if (end > start) {
      this.frames.addFreeMemory(start / PAGE_SIZE, (end - start) / PAGE_SIZE);
    }
  }

  readInitramfs(): Uint8Array | undefined {
    const { initramfs } = this.bootInfo;
    if (initramfs === undefined || this.#initramfsReleased) {
      return undefined;
    }
    const bytes = new Uint8Array(initramfs.length);
    this.ram.read(initramfs.base, bytes, 0, initramfs.length);
    return bytes;
  }

  releaseInitramfs(): boolean {
    const { initramfs, memoryRegions } = this.bootInfo;
    if (initramfs === undefined || this.#initramfsReleased) {
      return false;
    }
    this.#initramfsReleased = true;
    const from = alignDown(initramfs.base, PAGE_SIZE);
    const to = alignUp(initramfs.base + initramfs.length, PAGE_SIZE);
    for (const { base, length, type } of memoryRegions) {
      if (type === "usable" || type === "module") {
        const start = Math.max(PAGE_SIZE, from, alignUp(base, PAGE_SIZE));
        this.#addFrames(start, Math.min(to, alignDown(base + length, PAGE_SIZE)));
      }
    }
    return true;
  }

  setActiveRoot(root: number): void {
    this.activeRoot = root;
    this.hardware.setPageTableRoot(root);
  }

  /** Waits until this system is the one whose code runs in the process. */
  async takeTurn(): Promise<void> {
    await takeTurn(this);
    this.#hasTurn = true;
  }

  /** Lets other systems run. */
  endTurn(): void {
    if (this.#hasTurn) {
      this.#hasTurn = false;
      endTurn();
    }
  }

  earlyPrint(text: string): void {
    if (!this.#hasEarlyConsole) {
      return;
    }
    for (const byte of utf8(text)) {
      this.hardware.earlyConsoleWrite(byte);
    }
  }

  powerOff(code: number): never {
    this.scheduling.finish(code & 0xff);
    this.hardware.powerOff(this.scheduling.exitCode ?? code & 0xff);
  }

  restart(): never {
    this.scheduling.finish(0);
    this.hardware.restart();
  }

  /** Ends the system because of a bug. */
  die(failure: Error): never {
    if (this.detached) {
      throw failure;
    }
    // A task that catches the end of its system and goes on has no more to say.
    if (!this.#dying && this.scheduling.exitCode === undefined) {
      this.#dying = true;
      try {
        this.#panicHandler?.(failure);
        this.#hasEarlyConsole = true;
        this.earlyPrint(describeFailure(failure));
        this.earlyPrint(this.hardware.lastWords?.() ?? "");
      } finally {
        // Whatever the handler throws, the system ends.
        this.powerOff(FAILURE);
      }
    }
    this.powerOff(FAILURE);
  }

  /** What a task or the run loop threw: the end of the system, in one way or the other. */
  fail(error: unknown): void {
    const stop = asStop(error);
    if (stop !== undefined) {
      this.scheduling.finish(stop.code & 0xff);
      return;
    }
    try {
      this.die(asError(error));
    } catch {
      this.scheduling.finish(FAILURE);
    }
  }
}

function frozenCopy(info: BootInfo): BootInfo {
  return Object.freeze({
    bootloaderName: info.bootloaderName,
    kernelCommandLine: info.kernelCommandLine,
    initramfs: info.initramfs === undefined ? undefined : Object.freeze({ ...info.initramfs }),
    memoryRegions: Object.freeze(info.memoryRegions.map((region) => Object.freeze({ ...region }))),
    ...(info.processor !== undefined && { processor: Object.freeze({ ...info.processor }) }),
  });
}

/** The UTF-8 bytes of a string (no TextEncoder: bare metal has none). */
function utf8(text: string): number[] {
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0xfffd;
    if (code < 0x80) {
      bytes.push(code);
    } else if (code < 0x800) {
      bytes.push(0xc0 | (code >> 6), 0x80 | (code & 0x3f));
    } else if (code < 0x1_0000) {
      bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
    } else {
      bytes.push(
        0xf0 | (code >> 18),
        0x80 | ((code >> 12) & 0x3f),
        0x80 | ((code >> 6) & 0x3f),
        0x80 | (code & 0x3f),
      );
    }
  }
  return bytes;
}
