// SPDX-License-Identifier: MPL-2.0

import type ts from "typescript";
import { globalReferences } from "../names.ts";
import type { Ban, Node } from "../rule.ts";
import { partsOf, typesOf, type Types } from "../types.ts";

export const noHoles: Ban = {
  name: "no-holes",
  forbids: "Lists with holes: `new Array(length)`, `delete list[i]`, a `length` that is set.",
  reason: "a hole is `undefined` where the type says that there is an element.",
  fix: "Fill it at once (`new Array<T>(n).fill(value)`), or use `push`, `splice`, `slice` and `list.length = 0`.",
  bad: [
    "export const zeros = () => new Array<number>(3);",
    "export function f(list: number[]) {\n  delete list[0];\n}",
    "export function f(list: number[]) {\n  list.length = 5;\n}",
    "export const list = (): number[] => [1, , 2];",
  ],
  good: [
    "export const zeros = () => new Array<number>(3).fill(0);",
    "export function clear(list: number[]) {\n  list.length = 0;\n}",
    "export const rows = (n: number) => Array.from({ length: n }, () => 0);",
    "export class Text {\n  length = 0;\n  grow() {\n    this.length = 5;\n  }\n}",
  ],
  needsTypes: true,
  create(context, found) {
    const types = typesOf(context);
    return {
      "Program:exit"() {
        for (const { identifier } of globalReferences(context)) {
          const made = identifier.parent;
          if (identifier.name !== "Array" || made === undefined) continue;
          const isMade = made.type === "NewExpression" || made.type === "CallExpression";
          if (!isMade || made.callee !== identifier || made.arguments.length !== 1) continue;
          if (!isFilled(made)) found(made, "a list of holes");
        }
      },
      ArrayExpression(node) {
        if (node.elements.includes(null)) found(node, "a list with a hole");
      },
      UnaryExpression(node) {
        if (node.operator !== "delete" || node.argument.type !== "MemberExpression") return;
        if (isList(types, node.argument.object)) found(node, "`delete` of an element");
      },
      AssignmentExpression(node) {
        const { left, right } = node;
        if (left.type !== "MemberExpression" || left.property.type !== "Identifier") return;
        if (left.computed || left.property.name !== "length" || !isList(types, left.object)) return;
        const isEmptied = node.operator === "=" && right.type === "Literal" && right.value === 0;
        if (!isEmptied) found(node, "a `length` that is set");
      },
      UpdateExpression({ argument }) {
        if (argument.type !== "MemberExpression" || argument.property.type !== "Identifier") return;
        const isLength = !argument.computed && argument.property.name === "length";
        if (isLength && isList(types, argument.object)) found(argument, "a `length` that is set");
      },
    };
  },
};

/** Whether the next thing done to a new list is to fill it. */
function isFilled(made: Node): boolean {
  const { parent } = made;
  return (
    parent?.type === "MemberExpression" &&
    parent.object === made &&
    parent.property.type === "Identifier" &&
    parent.property.name === "fill"
  );
}

/** Whether it is an array, for what the compiler knows; without its types, not. */
function isList(types: Types | undefined, node: Node): boolean {
  if (types === undefined) return false;
  return partsOf(types.typeOf(node)).some(
    (type: ts.Type) => types.checker.isArrayType(type) || types.checker.isTupleType(type),
  );
}
