// SPDX-License-Identifier: MPL-2.0

import type { CpuStatistics } from "@aster/machine";

type Row = readonly [name: string, value: number, note?: string];

/** What the CPU has counted, as lines of text. */
export function formatStatistics(statistics: CpuStatistics): string {
  const compiled = statistics.instructionsCompiledCode;
  const rows: readonly Row[] = [
    ["instructions", statistics.instructions],
    ["instructions interpreted", statistics.instructions - compiled],
    ["instructions in compiled code", compiled, share(compiled, statistics.instructions)],
    [
      "instructions decoded",
      statistics.instructionsDecoded,
      `in ${count(statistics.blocksDecoded)} blocks`,
    ],
    ["flushes of decoded code", statistics.codeFlushes],
    ...compilerRows(statistics),
    ["TLB misses", statistics.tlbMisses],
    ["page faults", statistics.pageFaults],
    ["other faults", statistics.otherFaults],
  ];
  const numbers = rows.map(([, value]) => count(value));
  const width = Math.max(...numbers.map((text) => text.length));
  return rows
    .map(([name, , note], i) => {
      const number = (numbers[i] ?? "").padStart(width);
      return `machine: ${number} ${name}${note === undefined ? "" : `, ${note}`}\n`;
    })
    .concat(compilerState(statistics))
    .join("");
}

function compilerRows({ jit, compiledCodeExits: exits }: CpuStatistics): readonly Row[] {
  if (jit === undefined) return [];
  return [
    ["regions compiled", jit.regionsCompiled, `of ${count(jit.instructionsCompiled)} instructions`],
    ["regions live", jit.regionsLive],
    ["regions evicted", jit.evictions],
    ["regions invalidated", jit.invalidations],
    ["bytes of compiled code", jit.wasmBytes],
    [
      "microseconds of compilation",
      Math.round(1000 * jit.compileMs),
      `the longest pause ${count(Math.round(1000 * jit.longestCompileMs))}`,
    ],
    ["exits of compiled code by a jump", exits.jump],
    ["exits of compiled code at a tick", exits.tick],
    ["exits of compiled code by a system call", exits.systemCall],
    ["exits of compiled code to the interpreter", exits.interpret],
  ];
}

function compilerState({ jit, jitRefused }: CpuStatistics): readonly string[] {
  if (jitRefused !== undefined) return [`machine: the compiler is off: ${jitRefused}\n`];
  return jit === undefined ? ["machine: the compiler is off\n"] : [];
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}

function share(part: number, whole: number): string {
  return `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
}
