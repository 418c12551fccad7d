// SPDX-License-Identifier: MPL-2.0

import ts from "typescript";
import type { Ban, Node } from "../rule.ts";
import { isAny, partsOf, typesOf, type Types } from "../types.ts";

/** Type arguments of type arguments are looked at so deep. */
const DEPTH = 3;
const CHANGES = /^(?:pop|push|shift|unshift|splice|reverse|sort|fill|copyWithin|length)$/;
const ITERATION = /Itera(?:ble|tor)|Generator/;

export const noAny: Ban = {
  name: "no-any",
  forbids: "`any`, written or come by: as a type, as a value's type, or inside of it.",
  reason: "a value of that type is anything that the next line takes it for.",
  fix: "Say `unknown`, and find out what it is with a check at run time.",
  notes: [
    "Where the compiler's types are known, each call, member and name is looked at: `JSON.parse(text)` is refused unless it goes into a " +
      "place of type `unknown`, and so is a `Map<any, any>`.",
  ],
  bad: [
    "export const x: any = 1;",
    "export const f = (value: any) => value;",
    "export const point: { x: number } = JSON.parse('{}');",
    "export const read = (text: string) => JSON.parse(text).x;",
    "export const table = () => new Map();",
    "export const first = (list: unknown) => (Array.isArray(list) ? list[0] : 0);",
  ],
  good: [
    "export const value: unknown = JSON.parse('1');",
    "export const table = (): Map<string, number> => new Map();",
    "export const f = <T>(value: T): T => value;",
  ],
  create(context, found) {
    const types = typesOf(context);
    const reported = new Set<Node>();
    const check = (node: Node): void => {
      if (types === undefined) return;
      for (let at: Node | null | undefined = node.parent; at != null; at = at.parent) {
        if (reported.has(at)) return;
        if (/Statement$|Declaration$/.test(at.type)) break;
      }
      const type = types.typeOf(node);
      if (!containsAny(types, type, DEPTH) || isForUnknown(types, node, type)) return;
      reported.add(node);
      const text = isAny(type) ? "`any`" : `\`${types.checker.typeToString(type)}\``;
      found(node, `a value of type ${text}`);
    };
    return {
      TSAnyKeyword: (node) => found(node, "`any`"),
      CallExpression: check,
      NewExpression: check,
      MemberExpression: check,
      AwaitExpression: check,
      TaggedTemplateExpression: check,
      VariableDeclarator(node) {
        if (node.id.typeAnnotation === undefined) check(node.id);
      },
      Identifier(node) {
        if (isValue(node) || isChanged(node)) check(node);
      },
    };
  },
};

/** Whether an identifier is an expression by itself, and no name in a declaration or a type. */
function isValue(node: Node): boolean {
  const { parent } = node;
  switch (parent?.type) {
    case "CallExpression":
    case "NewExpression":
      return parent.arguments.some((argument) => argument === node);
    case "BinaryExpression":
    case "LogicalExpression":
    case "ReturnStatement":
    case "SpreadElement":
    case "TemplateLiteral":
      return true;
    case "AssignmentExpression":
      return parent.right === node;
    case "VariableDeclarator":
      return parent.init === node;
    default:
      return false;
  }
}

/** Whether it is a list that a method changes: `Array.isArray` makes a read-only one an `any[]`. */
function isChanged(node: Node): boolean {
  const { parent } = node;
  if (parent?.type !== "MemberExpression" || parent.object !== node) return false;
  return parent.property.type === "Identifier" && CHANGES.test(parent.property.name);
}

function containsAny(types: Types, type: ts.Type, depth: number): boolean {
  if (isAny(type)) return true;
  if (depth === 0) return false;
  const { checker } = types;
  if (type.isUnionOrIntersection()) {
    return type.types.some((part) => containsAny(types, part, depth));
  }
  const isReference =
    (type.flags & ts.TypeFlags.Object) !== 0 &&
    ((type as ts.ObjectType).objectFlags & ts.ObjectFlags.Reference) !== 0;
  if (!isReference) return false;
  const own = checker.getTypeArguments(type as ts.TypeReference);
  // What an iterator returns at its end is `any` by the library's default, and nobody looks at it.
  const looked = ITERATION.test(type.symbol?.name ?? "") ? own.slice(0, 1) : own;
  return looked.some((argument) => containsAny(types, argument, depth - 1));
}

/** Whether the value goes straight to a place that takes it for `unknown`, or for what it is. */
function isForUnknown(types: Types, node: Node, type: ts.Type): boolean {
  const expression = types.services.esTreeNodeToTSNodeMap.get(node as never) as ts.Node;
  if (!ts.isExpression(expression)) return false;
  const expected = types.checker.getContextualType(expression);
  if (expected === undefined) return false;
  if (isAny(type)) {
    return partsOf(expected).every(({ flags }) => (flags & ts.TypeFlags.Unknown) !== 0);
  }
  // `new Map()` is a `Map<any, any>`: empty, it may become a map of anything.
  const isEmpty = node.type === "NewExpression" && node.arguments.length === 0;
  return isEmpty && !containsAny(types, expected, DEPTH);
}
