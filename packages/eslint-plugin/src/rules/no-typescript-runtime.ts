// SPDX-License-Identifier: MPL-2.0

import type { Ban } from "../rule.ts";

export const noTypescriptRuntime: Ban = {
  name: "no-typescript-runtime",
  forbids: "TypeScript that makes code: enums, namespaces, parameter properties, decorators.",
  reason: "it leaves mutable objects and calls behind that the text does not show.",
  fix: "Use an `as const` object, a module, a field that the constructor sets, a function call.",
  bad: [
    "export enum Color {\n  RED,\n}",
    "export namespace State {\n  export let count = 0;\n}",
    "export class A {\n  constructor(private x: number) {}\n}",
    "const d = (_: unknown, _context: unknown) => {};\n@d\nexport class A {}",
  ],
  good: ["export const Color = { RED: 0 } as const;"],
  create: (_context, found) => ({
    TSEnumDeclaration: (node) => found(node, "an enum"),
    TSModuleDeclaration(node) {
      if (!node.declare && node.kind !== "global") found(node, "a namespace");
    },
    TSParameterProperty: (node) => found(node, "a parameter property"),
    Decorator: (node) => found(node, "a decorator"),
  }),
};
