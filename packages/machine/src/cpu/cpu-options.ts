// SPDX-License-Identifier: MPL-2.0

import type { WasmModule } from "../wasm/index.ts";
import type { JitStatistics } from "./tier1/jit.ts";
import type { RegionLimits } from "./tier1/store.ts";

export interface CpuOptions {
  /** Guest RAM in bytes, a multiple of 64 KiB. */
  readonly ramBytes: number;
  /** Asked about every `tickInstructions` instructions: true leaves user mode with TRAP_INTERRUPT. */
  readonly onTick: () => boolean;
  /** Default 100,000, and up to four times as many while compiled code runs. */
  readonly tickInstructions?: number;
  /** The same number of instructions lies between all ticks, however they are executed; so it is where that number is given. */
  readonly steadyTicks?: boolean;
  /** What rdtsc reads: a count that never goes back. Default: instructions retired. */
  readonly readTsc?: () => number;
  /** The compiled tier-0 module, where it has been built before. */
  readonly tier0?: WasmModule;
  /**
   * Whether hot code is compiled to WebAssembly; "eager" compiles all code when it is first met: slow, and a test of
   * the compiler. Default: where the host allows it. Asking for it where it is forbidden throws.
   */
  readonly jit?: JitMode;
  /** What compiled code may take, where that is less than usual: for tests of what happens then. */
  readonly jitLimits?: Partial<RegionLimits>;
  /** Told of each return from compiled code: REGION_* and the low half of rip. Slow; for benchmarks. */
  readonly observeExit?: (code: number, rip: number) => void;
}

export type JitMode = boolean | "eager";

/** Counts since the CPU was made. */
export interface CpuStatistics {
  readonly instructions: number;
  readonly blocksDecoded: number;
  readonly instructionsDecoded: number;
  readonly codeFlushes: number;
  /** Data accesses that the tables of translations did not answer. */
  readonly tlbMisses: number;
  /** Page faults that the kernel was told of. */
  readonly pageFaults: number;
  /** All other exceptions. */
  readonly otherFaults: number;
  /** Of `instructions`, those that compiled code has retired. */
  readonly instructionsCompiledCode: number;
  /** How often compiled code was left. */
  readonly compiledCodeExits: CompiledCodeExits;
  /** Undefined where the compiler is off. */
  readonly jit: JitStatistics | undefined;
  /** Why the compiler is off though it was not asked to be: what the host said to compiling WebAssembly at run time. */
  readonly jitRefused: string | undefined;
}

/** Exits of compiled code by reason. */
export interface CompiledCodeExits {
  /** For code that is not in the same region: a jump or call out of it, another page, a return that no call of a region waits for. */
  readonly jump: number;
  /** Because the tick was due. */
  readonly tick: number;
  /** For a system call. */
  readonly systemCall: number;
  /** For an instruction that the interpreter executes: a slow path, a fault, one that is not compiled. */
  readonly interpret: number;
}
