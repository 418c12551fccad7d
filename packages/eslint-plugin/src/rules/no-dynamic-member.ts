// SPDX-License-Identifier: MPL-2.0

import ts from "typescript";
import { staticName } from "../names.ts";
import type { Ban, Node } from "../rule.ts";
import { partsOf, typesOf, type Types } from "../types.ts";
import { SHARED_MEMBERS } from "./no-prototype-access.ts";

const NUMBER =
  ts.TypeFlags.NumberLike | ts.TypeFlags.BigIntLike | ts.TypeFlags.Never | ts.TypeFlags.Any;

export const noDynamicMember: Ban = {
  name: "no-dynamic-member",
  forbids: "Members whose name is a string that the compiler does not know: `object[name]`.",
  reason: "the name may be `constructor` or `__proto__` when it is not what was expected.",
  fix: "Use a `Map`, or a union of the names that there are.",
  notes: [
    "Numbers are no names: `list[i]` is allowed. A name whose type is a union of literals that all are declared members of the object " +
      "is known, and allowed.",
  ],
  needsTypes: true,
  bad: [
    "export const get = (table: Record<string, number>, name: string) => table[name];",
    "export const get = <T, K extends keyof T>(object: T, key: K) => object[key];",
    "export const set = (table: Record<string, object>, name: string) => {\n  table[name] = {};\n};",
    "export const pick = (table: Record<string, number>, name: string) => {\n  const { [name]: found } = table;\n  return found;\n};",
  ],
  good: [
    "export const get = (table: ReadonlyMap<string, number>, name: string) => table.get(name);",
    "export const first = (list: readonly string[], i: number) => list[i];",
    "export const of = (p: { x: number; y: number }, axis: 'x' | 'y') => p[axis];",
    "export class List {\n  *[Symbol.iterator]() {\n    yield 1;\n  }\n}",
  ],
  create(context, found) {
    const types = typesOf(context);
    if (types === undefined) return {};
    const check = (node: Node, object: ts.Type, key: Node): void => {
      if (staticName(key, true) !== undefined) return;
      if (!isKnown(types, object, types.typeOf(key))) found(node, "a member with a computed name");
    };
    return {
      MemberExpression(node) {
        if (node.computed) check(node, types.typeOf(node.object), node.property);
      },
      "ObjectPattern > Property"(node: Node) {
        if (node.type !== "Property" || !node.computed || node.parent === undefined) return;
        check(node, types.typeOf(node.parent), node.key);
      },
    };
  },
};

function isKnown({ checker }: Types, object: ts.Type, key: ts.Type): boolean {
  return partsOf(key).every((part) => {
    if ((part.flags & NUMBER) !== 0) return true;
    if ((part.flags & ts.TypeFlags.UniqueESSymbol) !== 0) return true;
    if (part.isIntersection()) return part.types.some(({ flags }) => (flags & NUMBER) !== 0);
    if (!part.isStringLiteral() || SHARED_MEMBERS.has(part.value)) return false;
    return partsOf(checker.getApparentType(object)).every(
      (one) => checker.getPropertyOfType(one, part.value) !== undefined,
    );
  });
}
