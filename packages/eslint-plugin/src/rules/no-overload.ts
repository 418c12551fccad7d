// SPDX-License-Identifier: MPL-2.0

import type { Ban } from "../rule.ts";

export const noOverload: Ban = {
  name: "no-overload",
  forbids: "Overloads of functions and methods.",
  reason: "the compiler does not check that what the body returns is what each overload promises.",
  fix: "Give each its own name, or one signature with a union or a type parameter.",
  bad: [
    "export function cast(x: string): number;\nexport function cast(x: string): string | number {\n  return x;\n}",
    "export class A {\n  get(x: string): number;\n  get(x: string): string | number {\n    return x;\n  }\n}",
  ],
  good: [
    "export function half(x: number): number {\n  return x / 2;\n}",
    "export abstract class Shape {\n  abstract area(): number;\n}",
  ],
  create: (_context, found) => ({
    TSDeclareFunction(node) {
      if (!node.declare) found(node, "an overload");
    },
    MethodDefinition(node) {
      if (node.value.type === "TSEmptyBodyFunctionExpression") found(node, "an overload");
    },
  }),
};
