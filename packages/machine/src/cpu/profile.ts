// SPDX-License-Identifier: MPL-2.0

/** What a profiling tier 0 has counted. */

import type { OpTable } from "./decode/op-table.ts";
import { PROFILE, PROFILE_PAIRS } from "./layout.ts";

/** Rows of PROFILE_PAIRS have room for so many micro-ops. */
const PAIR_COLUMNS = 512;

/** How often each micro-op has run, most frequent first. */
export function microOpCounts({ ops, hotCount }: OpTable, words: Int32Array): [string, number][] {
  return ops
    .map(({ key, number }): [string, number] => [
      key + (number < hotCount ? "" : " (cold)"),
      (words[(PROFILE >> 2) + number] ?? 0) >>> 0,
    ])
    .filter(([, count]) => count > 0)
    .sort((a, b) => b[1] - a[1]);
}

/** How often one micro-op of the loop has followed another. */
export function pairCounts(
  { ops, hotCount }: OpTable,
  words: Int32Array,
): [string, string, number][] {
  const hot = ops.slice(0, Math.min(hotCount, PAIR_COLUMNS));
  return hot
    .flatMap((a) =>
      hot.map(({ key, number }): [string, string, number] => [
        a.key,
        key,
        (words[(PROFILE_PAIRS >> 2) + PAIR_COLUMNS * a.number + number] ?? 0) >>> 0,
      ]),
    )
    .filter(([, , count]) => count > 0)
    .sort((a, b) => b[2] - a[2]);
}
