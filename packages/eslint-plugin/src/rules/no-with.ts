// SPDX-License-Identifier: MPL-2.0

import type { Ban } from "../rule.ts";

export const noWith: Ban = {
  name: "no-with",
  forbids: "`with`.",
  reason: "names would mean what an object says while the program runs.",
  fix: "Name the object.",
  notes: [
    "Modules are strict code, where the parser refuses `with` before any rule looks at it. The rule stands for parsers that are told otherwise.",
  ],
  bad: [],
  good: ["export const area = (r: { w: number; h: number }) => r.w * r.h;"],
  create: (_context, found) => ({ WithStatement: (node) => found(node, "`with`") }),
};
