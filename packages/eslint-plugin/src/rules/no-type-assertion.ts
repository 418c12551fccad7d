// SPDX-License-Identifier: MPL-2.0

import type { Ban, Node } from "../rule.ts";

export const noTypeAssertion: Ban = {
  name: "no-type-assertion",
  forbids: "Type assertions (`x as T`, `<T>x`) other than `as const`.",
  reason: "it tells the compiler what it can not check.",
  fix: "Narrow with a check at run time, or give the value its true type; `satisfies` checks.",
  bad: [
    "export const f = (x: unknown) => x as number;",
    "export const f = (x: object) => <{ a: number }>x;",
    { code: "export const f = (x: number) => x as unknown as string;", errors: 2 },
  ],
  good: [
    "export const F = { A: 1, B: 2 } as const;",
    "export const point = { x: 1 } satisfies { x: number };",
    "export const f = (x: unknown) => (typeof x === 'number' ? x : 0);",
  ],
  create(_context, found) {
    const check = (node: Node, type: Node): void => {
      const isConst =
        type.type === "TSTypeReference" &&
        type.typeName.type === "Identifier" &&
        type.typeName.name === "const";
      if (!isConst) found(node, "a type assertion");
    };
    return {
      TSAsExpression: (node) => check(node, node.typeAnnotation),
      TSTypeAssertion: (node) => check(node, node.typeAnnotation),
    };
  },
};
