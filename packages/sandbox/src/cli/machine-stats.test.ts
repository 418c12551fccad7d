// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import type { CpuStatistics } from "@aster/machine";
import { formatStatistics } from "./machine-stats.ts";

const STATISTICS: CpuStatistics = {
  instructions: 2_000_000,
  blocksDecoded: 1200,
  instructionsDecoded: 9000,
  codeFlushes: 0,
  tlbMisses: 77,
  pageFaults: 12,
  otherFaults: 1,
  instructionsCompiledCode: 1_500_000,
  compiledCodeExits: { jump: 300, tick: 20, systemCall: 5, interpret: 1 },
  jit: {
    regionsCompiled: 5,
    instructionsCompiled: 900,
    wasmBytes: 65_000,
    regionsLive: 4,
    evictions: 1,
    invalidations: 0,
    compileMs: 4.5,
    longestCompileMs: 1.25,
  },
  jitRefused: undefined,
};

test("instructions are told by tier, and what the compiler did", () => {
  const lines = formatStatistics(STATISTICS)
    .split("\n")
    .map((line) => line.replace(/ +/g, " "));
  expect(lines).toEqual([
    "machine: 2,000,000 instructions",
    "machine: 500,000 instructions interpreted",
    "machine: 1,500,000 instructions in compiled code, 75.0 %",
    "machine: 9,000 instructions decoded, in 1,200 blocks",
    "machine: 0 flushes of decoded code",
    "machine: 5 regions compiled, of 900 instructions",
    "machine: 4 regions live",
    "machine: 1 regions evicted",
    "machine: 0 regions invalidated",
    "machine: 65,000 bytes of compiled code",
    "machine: 4,500 microseconds of compilation, the longest pause 1,250",
    "machine: 300 exits of compiled code by a jump",
    "machine: 20 exits of compiled code at a tick",
    "machine: 5 exits of compiled code by a system call",
    "machine: 1 exits of compiled code to the interpreter",
    "machine: 77 TLB misses",
    "machine: 12 page faults",
    "machine: 1 other faults",
    "",
  ]);
});

test("a compiler that is off is told, and why", () => {
  const off = { ...STATISTICS, jit: undefined };
  expect(formatStatistics(off)).toMatch(/machine: the compiler is off\n$/);
  expect(formatStatistics({ ...off, jitRefused: "disallowed" })).toMatch(
    /machine: the compiler is off: disallowed\n$/,
  );
});
