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
