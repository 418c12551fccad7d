// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { buildOpTable, pairKey } from "./op-table.ts";

test("no two micro-ops are taken for a pair of others", () => {
  const { ops, pairs, byKey } = buildOpTable();
  let found = 0;
  for (const first of ops) {
    for (const second of ops) {
      const pair = pairs.get(pairKey(first.number, second.number));
      if (pair === undefined) continue;
      found += 1;
      expect(pair).toBe(byKey.get(`${first.key} ; ${second.key}`));
    }
  }
  expect(found).toBe(pairs.size);
});

test("the first of a pair neither jumps nor writes memory", () => {
  for (const { key, shape, instruction, second, jump } of buildOpTable().ops) {
    if (second === undefined) continue;
    expect([key, instruction?.end, jump]).toEqual([key, "no", undefined]);
    const writes = shape?.operands[0]?.kind === "m" || instruction?.name === "push";
    expect([key, writes]).toEqual([key, false]);
  }
});

test("the last micro-op of the loop accesses memory (see hot.ts)", () => {
  const { ops, hotCount } = buildOpTable();
  expect(ops[hotCount - 1]?.key).toMatch(/\bm[1248]\b/);
});
