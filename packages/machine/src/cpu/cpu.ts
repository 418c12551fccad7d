// SPDX-License-Identifier: MPL-2.0

import type { UserFrame } from "@aster/hardware";
import { x86_64 } from "@aster/hardware";
import { FORBIDDEN, type WasmModule, compilationRefusal, engine } from "../wasm/index.ts";
import { STEP_FLAGS } from "./bind/flags.ts";
import type { CpuOptions, CpuStatistics } from "./cpu-options.ts";
import { executeCpuid } from "./cpuid.ts";
import { DECODED, Decoder, MAX_INSTRUCTION_BYTES } from "./decode/decoder.ts";
import { type OpTable, buildOpTable } from "./decode/op-table.ts";
import {
  CODE_SLOTS,
  ENTRY_TABLES,
  ENTRY_TABLE_SIZE,
  ERROR_CODE,
  EXIT_LOOKUP,
  EXIT_RECROSS,
  EXIT_SYSCALL,
  EXIT_TICK,
  EXIT_TRAP,
  FAULT_ADDRESS,
  MAX_RAM_BYTES,
  ONES_PAGE,
  RAM_BASE,
  RAM_BYTES,
  REGION_INSTRUCTIONS,
  REGION_LAST_SPLIT,
  REGION_LAST_TICK,
  REGION_SPLITS,
  RIP,
  SELECTORS,
  TEMPORARY,
  TICK_LINK,
  TLB_MISSES,
  VECTOR,
  VECTOR_NON_CANONICAL,
  VECTOR_STEP,
} from "./layout.ts";
import { USER_CODE, USER_DATA } from "./isa/segment.ts";
import { STEPS_TRAPPED, SingleStep } from "./single-step.ts";
import { microOpCounts, pairCounts } from "./profile.ts";
import { Spaces } from "./spaces.ts";
import { buildTier0 } from "./tier0/build.ts";
import { CodeCache } from "./tier0/code-cache.ts";
import { Ticks } from "./ticks.ts";
import { Jit } from "./tier1/jit.ts";
import { ColdExits } from "./tier1/cold-exits.ts";
import { exitCounts, exitsByProgram } from "./tier1/exit-counts.ts";
import type { Address } from "./tier1/address.ts";
import { Sampler } from "./tier1/sampler.ts";
import { type FpuImages, UserFrames } from "./user-frames.ts";

const { FRAME_RFLAGS, TRAP_SYSCALL } = x86_64;
const PAGE_SHIFT = 12;
/** Exceptions have vectors below it; system calls and interrupts stand above. */
const FIRST_TRAP_OF_OURS = 256;

interface Tier0Exports extends FpuImages {
  /** Takes the registers from a frame; `enter` does, runs, and puts them there again as `leave` does. */
  load(frame: number): void;
  step(): number;
  run(): number;
  enter(frame: number): number;
  leave(frame: number): void;
  walkFetch(): number;
  walkFetchNext(): number;
}

let sharedTable: OpTable | undefined;
let sharedModule: WasmModule | undefined;

/** The table of micro-ops; the same for all CPUs. */
export function opTable(): OpTable {
  return (sharedTable ??= buildOpTable());
}

function tier0Module(): WasmModule {
  return (sharedModule ??= new engine.Module(buildTier0(opTable())));
}

/**
 * An x86-64 processor in user mode: everything that the kernel asks of it, in the terms of the `Hardware` seam.
 *
 * It owns the WebAssembly memory that holds its registers, tables and decoded code, and guest RAM.
 */
export class Cpu {
  /** Guest RAM; index 0 is physical address 0. */
  readonly ram: Uint8Array;
  readonly #ticks: Ticks;
  readonly #readTsc: () => number;
  readonly #ramBytes: number;
  readonly #bytes: Uint8Array;
  readonly #words: Int32Array;
  readonly #slots: Uint16Array;
  readonly #code: CodeCache;
  readonly #decoder: Decoder;
  readonly #spaces: Spaces;
  readonly #tier0: Tier0Exports;
  /** The one of them that each system call takes: a property of `exports` is looked up in a table. */
  readonly #enter: (frame: number) => number;
  readonly #steps: SingleStep;
  readonly #jit: Jit | undefined;
  readonly #sampler: Sampler | undefined;
  readonly #eager: boolean;
  /** Why there is no compiler though nobody asked for that. */
  readonly #jitRefused: string | undefined;
  readonly #frames: UserFrames;
  #pageFaults = 0;
  #otherFaults = 0;

  constructor(options: CpuOptions) {
    const { ramBytes } = options;
    if (ramBytes % 65536 !== 0 || ramBytes <= 0 || ramBytes > MAX_RAM_BYTES) {
      throw new Error(
        `RAM must be a multiple of 64 KiB up to ${MAX_RAM_BYTES} bytes, not ${ramBytes}`,
      );
    }
    this.#readTsc = options.readTsc ?? (() => this.instructions);
    this.#ramBytes = ramBytes;
    const pages = (RAM_BASE + ramBytes) / 65536;
    const memory = new engine.Memory({ initial: pages, maximum: pages });
    this.#bytes = new Uint8Array(memory.buffer);
    this.#words = new Int32Array(memory.buffer);
    this.#slots = new Uint16Array(memory.buffer, CODE_SLOTS, ramBytes >>> PAGE_SHIFT);
    this.ram = new Uint8Array(memory.buffer, RAM_BASE, ramBytes);
    this.#words[RAM_BYTES >> 2] = ramBytes;
    this.#bytes.fill(0xff, ONES_PAGE, ONES_PAGE + 4096);
    const selectors = new Uint16Array(memory.buffer, SELECTORS, 6);
    selectors.set([0, USER_CODE, USER_DATA]);

    const table = opTable();
    this.#decoder = new Decoder(table);
    this.#spaces = new Spaces(this.#bytes, this.#words, ramBytes >>> PAGE_SHIFT);
    this.#code = new CodeCache(this.#bytes, table, this.#decoder, {
      protectAll: () => this.#spaces.protectAll(),
      clearAllCode: () => {
        this.#spaces.clearAllCode();
        this.#jit?.allDropped();
        this.#sampler?.allDropped();
      },
      dropped: (slot) => {
        this.#jit?.pageDropped(slot);
        this.#sampler?.pageDropped(slot);
      },
      nextPage: () => this.#tier0.walkFetchNext() >>> 0,
    });
    const instance = new engine.Instance(options.tier0 ?? tier0Module(), {
      env: {
        memory,
        dropCode: (page: number) => this.#code.drop(page),
        cpuid: () => executeCpuid(this.#words),
        rdtsc: () => this.#rdtsc(),
      },
    });
    this.#tier0 = instance.exports as unknown as Tier0Exports;
    this.#enter = this.#tier0.enter;
    this.#frames = new UserFrames(memory.buffer as ArrayBuffer, this.#tier0);
    this.#steps = new SingleStep(this.#bytes, table, this.#decoder, {
      walkFetch: () => this.#tier0.walkFetch(),
      walkFetchNext: () => this.#tier0.walkFetchNext(),
      step: () => this.#tier0.step(),
      tick: () => this.#ticks.tick(),
    });
    const mode = options.jit ?? true;
    this.#eager = mode === "eager";
    this.#jitRefused = mode === false ? undefined : compilationRefusal();
    if (this.#jitRefused !== undefined && options.jit !== undefined) {
      throw new Error(`${FORBIDDEN} (${this.#jitRefused}); the compiler of hot code must be off`);
    }
    if (mode !== false && this.#jitRefused === undefined) {
      const jit = new Jit({
        bytes: this.#bytes,
        memory,
        table,
        decoder: this.#decoder,
        code: this.#code,
        exports: instance.exports,
        slotNear: ({ low, high }, pages) => this.#spaces.codeSlotNear(low, high, pages),
        codeChanged: () => this.#spaces.codeChanged(),
        observeExit: options.observeExit,
        limits: options.jitLimits,
        speculative: this.#eager,
      });
      this.#jit = jit;
      const exits = new ColdExits(this.#words);
      this.#sampler = new Sampler({
        rip: () => this.#rip,
        coldExits: () => exits.take(),
        slotAt: ({ low, high }) => this.#spaces.codeSlotAt(low, high),
        isCompiled: (slot, offset, address) => jit.isCompiled(slot, offset, address),
        isInside: (slot, offset, address) => jit.isInside(slot, offset, address),
        exits: () => exitsByProgram((at) => this.#count(at)),
        splits: () => ({
          count: this.#words[REGION_SPLITS >> 2] ?? 0,
          region: this.#words[REGION_LAST_SPLIT >> 2] ?? 0,
        }),
        split: (region) => jit.split(region),
        compile: (slot, address, seeds) => jit.compile(slot, address, seeds),
        interrupted: () => this.#takeInterrupted(),
        looping: (region, samples) => jit.looping(region, samples),
        leaving: (region, samples) => jit.leaving(region, samples),
        calling: (region, call) => jit.calling(region, call),
        compiled: () => jit.instructionsCompiled,
      });
    }
    this.#spaces.select(0);
    this.#ticks = new Ticks(this.#words, { ...options, sampler: this.#sampler });
  }

  get #rip(): Address {
    return { low: this.#words[RIP >> 2] ?? 0, high: this.#words[(RIP >> 2) + 1] ?? 0 };
  }

  // --- Frames and the FPU

  createUserFrame(): UserFrame {
    return this.#frames.create();
  }

  destroyUserFrame(frame: UserFrame): void {
    this.#frames.destroy(frame);
  }

  saveFpu(frame: UserFrame): void {
    this.#frames.saveFpu(frame);
  }

  loadFpu(frame: UserFrame): void {
    this.#frames.loadFpu(frame);
  }

  // --- Address spaces and code

  setPageTableRoot(root: number): void {
    this.#spaces.select(root);
  }

  invalidatePage(root: number, address: number): void {
    this.#spaces.invalidatePage(root, address);
  }

  invalidateAddressSpace(root: number): void {
    this.#spaces.invalidate(root);
  }

  /**
   * Must be told of every write to RAM that did not come from a user instruction, before the next `enterUser`.
   * Cheap where no code has been executed from the pages.
   */
  codeWritten(physical: number, length: number): void {
    // Almost every write is within one page that holds no code.
    if ((physical & 0xfff) + length <= 4096 && (this.#slots[physical >>> PAGE_SHIFT] ?? 0) === 0)
      return;
    const end = Math.min(physical + length, this.#ramBytes);
    for (let at = physical; at < end;) {
      const page = at >>> PAGE_SHIFT;
      const stop = Math.min(end, 4096 * (page + 1));
      if (this.#slots[page] !== 0 && this.#code.touches(page, at & 0xfff, stop - at)) {
        this.#code.drop(page);
      }
      at = stop;
    }
  }

  // --- Running

  /**
   * Runs the thread in `frame` until it traps, and returns FRAME_TRAP. Most system calls come through here and no further, so
   * that this is short enough for the engine to put it in the place of its call.
   */
  enterUser(frame: UserFrame): number {
    const address = this.#frames.enter(frame);
    if (((this.#words[(address + FRAME_RFLAGS) >> 2] ?? 0) & STEP_FLAGS) !== 0) {
      return this.#enterSteps(address);
    }
    const exit = this.#enter(address);
    return exit === EXIT_SYSCALL ? TRAP_SYSCALL : this.#goOn(address, exit);
  }

  #enterSteps(address: number): number {
    this.#tier0.load(address);
    this.#words[VECTOR >> 2] = VECTOR_STEP;
    return this.#run(address, EXIT_TRAP);
  }

  /** After `enter`, which has put the registers into the frame. */
  #goOn(address: number, exit: number): number {
    const isOver = exit === EXIT_TRAP && this.#words[VECTOR >> 2] !== VECTOR_STEP;
    return isOver ? this.#deliver(address) : this.#run(address, exit);
  }

  /** Settles what the program was left for, and runs it on, until it traps. */
  #run(address: number, why: number): number {
    const words = this.#words;
    let exit = why;
    for (;;) {
      if (exit === EXIT_LOOKUP) {
        if (!this.#fetch(false)) break;
      } else if (exit === EXIT_TICK) {
        if (this.#ticks.tick()) {
          words[VECTOR >> 2] = x86_64.TRAP_INTERRUPT;
          words[ERROR_CODE >> 2] = 0;
          break;
        }
      } else if (exit === EXIT_RECROSS) {
        if (!this.#fetch(true)) break;
      } else if (words[VECTOR >> 2] !== VECTOR_STEP || this.#steps.run() === STEPS_TRAPPED) {
        break;
      }
      exit = this.#tier0.run();
    }
    this.#tier0.leave(address);
    return this.#deliver(address);
  }

  /** Writes why user mode ended into the frame. */
  #deliver(address: number): number {
    const words = this.#words;
    let vector = words[VECTOR >> 2] ?? 0;
    let error = 0;
    if (vector === VECTOR_NON_CANONICAL) {
      vector = this.#usesStack() ? 12 : 13;
    } else if (vector === x86_64.VECTOR_PAGE_FAULT) {
      error = words[ERROR_CODE >> 2] ?? 0;
      words[(address + x86_64.FRAME_FAULT_ADDRESS) >> 2] = words[FAULT_ADDRESS >> 2] ?? 0;
      words[(address + x86_64.FRAME_FAULT_ADDRESS + 4) >> 2] = words[(FAULT_ADDRESS >> 2) + 1] ?? 0;
    } else if (vector === x86_64.VECTOR_GENERAL_PROTECTION) {
      error = words[ERROR_CODE >> 2] ?? 0;
    }
    if (vector === x86_64.VECTOR_PAGE_FAULT) this.#pageFaults++;
    else if (vector < FIRST_TRAP_OF_OURS) this.#otherFaults++;
    words[(address + x86_64.FRAME_TRAP) >> 2] = vector;
    words[(address + x86_64.FRAME_ERROR_CODE) >> 2] = error;
    return vector;
  }

  /** Instructions between two questions of onTick; setting it starts to count anew. */
  get tickInstructions(): number {
    return this.#ticks.every;
  }

  set tickInstructions(count: number) {
    this.#ticks.every = count;
  }

  #takeInterrupted(): { readonly region: number; readonly link: number } {
    const region = this.#words[REGION_LAST_TICK >> 2] ?? 0;
    const link = this.#words[TICK_LINK >> 2] ?? 0;
    this.#words[REGION_LAST_TICK >> 2] = 0;
    this.#words[TICK_LINK >> 2] = 0;
    return { region, link };
  }

  /** Makes the code at RIP known. False after recording a fault. */
  #fetch(again: boolean): boolean {
    const words = this.#words;
    const page = this.#tier0.walkFetch();
    if (page === 0) {
      if (words[VECTOR >> 2] === VECTOR_NON_CANONICAL) this.#record(13);
      return false;
    }
    if (page < RAM_BASE && page >= 0) {
      // Outside RAM every byte reads as ones, and FF FF is no instruction.
      this.#record(6);
      return false;
    }
    if (this.#code.full) this.#code.flush();
    const low = words[RIP >> 2] ?? 0;
    const high = words[(RIP >> 2) + 1] ?? 0;
    const slot = this.#code.slotFor(((page >>> 0) - RAM_BASE) >>> PAGE_SHIFT);
    this.#spaces.setCodePage(low, high, slot);
    const offset = low & 0xfff;
    const known = words[(ENTRY_TABLES + ENTRY_TABLE_SIZE * slot + 4 * offset) >> 2] ?? 0;
    if (again || known === 0) {
      const record = again ? this.#code.recross(slot, offset) : this.#code.record(slot, offset);
      if (record === 0) return false;
      if (again || this.#code.crosses(record)) return this.#enterNextPage(low, high);
    }
    if (this.#eager && this.#jit?.isCompiled(slot, offset, this.#rip) === false) {
      this.#jit.compile(slot, this.#rip, [offset]);
    }
    return true;
  }

  /** Maps the page behind RIP's to its code slot, for an instruction that crosses into it. */
  #enterNextPage(low: number, high: number): boolean {
    const next = this.#tier0.walkFetchNext();
    if (next === 0) return false;
    if (next > 0 && next < RAM_BASE) return true;
    const slot = this.#code.slotFor(((next >>> 0) - RAM_BASE) >>> PAGE_SHIFT);
    const nextLow = ((low | 0xfff) + 1) | 0;
    this.#spaces.setCodePage(nextLow, nextLow === 0 ? high + 1 : high, slot);
    return true;
  }

  #record(vector: number): void {
    this.#words[VECTOR >> 2] = vector;
    this.#words[ERROR_CODE >> 2] = 0;
  }

  /** Does the instruction at RIP address memory through the stack segment? */
  #usesStack(): boolean {
    const page = this.#tier0.walkFetch();
    if (page === 0) return false;
    const offset = (this.#words[RIP >> 2] ?? 0) & 0xfff;
    const code = new Uint8Array(MAX_INSTRUCTION_BYTES + 1);
    code.set(
      this.#bytes.subarray((page >>> 0) + offset, (page >>> 0) + Math.min(offset + 16, 4096)),
    );
    const rest = offset + code.length - 4096;
    if (rest > 0) {
      const next = this.#tier0.walkFetchNext() >>> 0;
      if (next !== 0) code.set(this.#bytes.subarray(next, next + rest), code.length - rest);
    }
    if (this.#decoder.decode(code, 0, code.length, offset) !== DECODED) return false;
    // What has a memory operand is taken to have faulted there, not at the top of the stack.
    const key = opTable().ops[this.#decoder.op]?.key ?? "";
    if (/ (.*,)?m/.test(key)) return this.#decoder.stackSegment;
    return /^(push|pop|call|ret|enter|leave)/.test(key);
  }

  // --- Instructions that TypeScript answers

  #rdtsc(): void {
    const value = this.#readTsc();
    this.#words[TEMPORARY >> 2] = value | 0;
    this.#words[(TEMPORARY >> 2) + 1] = Math.floor(value / 0x1_0000_0000);
  }

  /** Instructions retired since the CPU was made. */
  get instructions(): number {
    return this.#ticks.instructions;
  }

  /** How often each micro-op has run, most frequent first; only with a profiling tier 0. */
  profile(): [string, number][] {
    return microOpCounts(opTable(), this.#words);
  }

  /** How often one micro-op of the loop has followed another; only with a profiling tier 0. */
  profilePairs(): [string, string, number][] {
    return pairCounts(opTable(), this.#words);
  }

  /** The 64-bit counter at an address of layout.ts. */
  #count(at: number): number {
    const words = this.#words;
    return ((words[(at >> 2) + 1] ?? 0) >>> 0) * 0x1_0000_0000 + ((words[at >> 2] ?? 0) >>> 0);
  }

  get statistics(): CpuStatistics {
    return {
      instructions: this.instructions,
      blocksDecoded: this.#code.blocksDecoded,
      instructionsDecoded: this.#code.instructionsDecoded,
      codeFlushes: this.#code.flushes,
      tlbMisses: this.#count(TLB_MISSES),
      pageFaults: this.#pageFaults,
      otherFaults: this.#otherFaults,
      instructionsCompiledCode: this.#count(REGION_INSTRUCTIONS),
      compiledCodeExits: exitCounts((at) => this.#count(at)),
      jit: this.#jit?.statistics,
      jitRefused: this.#jitRefused ?? this.#jit?.refusal,
    };
  }
}
