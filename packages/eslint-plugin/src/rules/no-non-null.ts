// SPDX-License-Identifier: MPL-2.0

import type { Ban } from "../rule.ts";

export const noNonNull: Ban = {
  name: "no-non-null",
  forbids: "`!` after a value, a variable or a field.",
  reason: "it says that something is there, and nobody checks.",
  fix: "Ask whether it is `undefined`, or give it a value where it is declared.",
  bad: [
    "export const first = (list: readonly number[]) => list[0]!;",
    "export function f() {\n  let x!: number;\n  return x;\n}",
    "export class A {\n  x!: number;\n}",
  ],
  good: ["export const first = (list: readonly number[]) => list[0] ?? 0;"],
  create: (_context, found) => ({
    TSNonNullExpression: (node) => found(node, "`!`"),
    VariableDeclarator(node) {
      if (node.definite) found(node, "`!` after a variable");
    },
    PropertyDefinition(node) {
      if (node.definite) found(node, "`!` after a field");
    },
    AccessorProperty(node) {
      if (node.definite) found(node, "`!` after a field");
    },
  }),
};
