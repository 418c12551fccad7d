// SPDX-License-Identifier: MPL-2.0

import type { WasmModule } from "../wasm/index.ts";
import type { JitStatistics } from "./tier1/jit.ts";

export interface CpuOptions {
  /** Guest RAM in bytes, a multiple of 64 KiB. */
  readonly ramBytes: number;
  /** Asked about every `tickInstructions` instructions: true leaves user mode with TRAP_INTERRUPT. */
  readonly onTick: () => boolean;
  /** Default 100,000. */
  readonly tickInstructions?: number;
  /** What rdtsc reads: a count that never goes back. Default: instructions retired. */
  readonly readTsc?: () => number;
  /** The compiled tier-0 module, where it has been built before. */
  readonly tier0?: WasmModule;
  /**
   * Whether hot code is compiled to WebAssembly; default true. "eager" compiles all code when it is first
   * met: slow, and a test of the compiler.
   */
  readonly jit?: JitMode;
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
  /** Undefined where the compiler is off. */
  readonly jit: JitStatistics | undefined;
}
