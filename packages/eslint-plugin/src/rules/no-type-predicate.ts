// SPDX-License-Identifier: MPL-2.0

import type { Ban } from "../rule.ts";

export const noTypePredicate: Ban = {
  name: "no-type-predicate",
  forbids: "Functions whose type says what they prove: `x is T`, `asserts x`.",
  reason: "the compiler believes it, whatever the function returns.",
  fix: "Leave it out: the compiler finds by itself what a simple test proves; or return the narrowed value.",
  notes: [
    "OSTD's `assert` and `isOstdError` are such functions, checked by its own tests; calling them is allowed.",
  ],
  bad: [
    "export const isText = (x: unknown): x is string => true;",
    "export function check(condition: boolean): asserts condition {}",
    "export class Box {\n  isFull(): this is { full: true } {\n    return true;\n  }\n}",
  ],
  good: [
    "export const isText = (x: unknown) => typeof x === 'string';",
    "export const asText = (x: unknown) => (typeof x === 'string' ? x : undefined);",
  ],
  create: (_context, found) => ({
    TSTypePredicate: (node) => found(node, node.asserts ? "`asserts`" : "a type predicate"),
  }),
};
