// SPDX-License-Identifier: MPL-2.0

import type { CpuStatistics } from "@aster/machine";

/** What the CPU has counted, as lines of text. */
export function formatStatistics(statistics: CpuStatistics): string {
  const rows: readonly (readonly [string, number, string?])[] = [
    ["instructions", statistics.instructions],
    [
      "instructions decoded",
      statistics.instructionsDecoded,
      `in ${statistics.blocksDecoded} blocks`,
    ],
    ["flushes of decoded code", statistics.codeFlushes],
    ["TLB misses", statistics.tlbMisses],
    ["page faults", statistics.pageFaults],
    ["other faults", statistics.otherFaults],
  ];
  const numbers = rows.map(([, value]) => value.toLocaleString("en-US"));
  const width = Math.max(...numbers.map((text) => text.length));
  return rows
    .map(([name, , note], i) => {
      const number = (numbers[i] ?? "").padStart(width);
      return `machine: ${number} ${name}${note === undefined ? "" : `, ${note}`}\n`;
    })
    .join("");
}
