// SPDX-License-Identifier: MPL-2.0

import { isPropertyReadonlyInType } from "ts-api-utils";
import ts from "typescript";
import type { Ban, Node } from "../rule.ts";
import { isAny, partsOf, typesOf, type Types } from "../types.ts";

const PRIMITIVE =
  ts.TypeFlags.StringLike |
  ts.TypeFlags.NumberLike |
  ts.TypeFlags.BigIntLike |
  ts.TypeFlags.BooleanLike |
  ts.TypeFlags.ESSymbolLike |
  ts.TypeFlags.Undefined |
  ts.TypeFlags.Null |
  ts.TypeFlags.Void |
  ts.TypeFlags.Never |
  ts.TypeFlags.TypeParameter;

export const noUnsoundAlias: Ban = {
  name: "no-unsound-alias",
  forbids:
    "A second name for a list or an object under which more can be written to it than the first one allows.",
  reason: "what is written by one name is read by the other as what it is not.",
  fix: "Give the second name a `readonly` type, or copy.",
  notes: [
    "The compiler takes a `number[]` for a `(number | string)[]`, and an object with a `readonly` member for one whose member may be set. " +
      "The rule looks at names and members that go to a place with a type of its own: variables, arguments, returned values, assignments.",
    "Of objects it looks at members that are set: one that is read-only under the first name, and one whose type is wider under the second. " +
      "A spread of a value of type `object` is refused too: its members may be of any type.",
  ],
  needsTypes: true,
  bad: [
    "export function f(numbers: number[]) {\n  const loose: (number | string)[] = numbers;\n  loose[0] = 'text';\n}",
    "const take = (list: (number | string)[]) => list.push('text');\nexport const f = (numbers: number[]) => take(numbers);",
    "export function f(point: { x: number }) {\n  const loose: { x: number | string } = point;\n  loose.x = 'text';\n}",
    "export function f(fixed: { readonly x: number }) {\n  const open: { x: number } = fixed;\n  open.x = 2;\n}",
    "export const f = (hidden: object): { x: number } => ({ x: 1, ...hidden });",
  ],
  good: [
    "export function f(numbers: number[]) {\n  const all: readonly (number | string)[] = numbers;\n  return all;\n}",
    "export function f(numbers: number[]) {\n  const all: (number | string)[] = [...numbers];\n  return all;\n}",
    "export function f(point: { x: number }) {\n  const seen: { readonly x: number | string } = point;\n  return seen;\n}",
  ],
  create(context, found) {
    const types = typesOf(context);
    if (types === undefined) return {};
    const check = (node: Node | null | undefined): void => {
      if (node?.type !== "Identifier" && node?.type !== "MemberExpression") return;
      const expression = types.services.esTreeNodeToTSNodeMap.get(node as never) as ts.Node;
      if (!ts.isExpression(expression)) return;
      const expected = types.checker.getContextualType(expression);
      if (expected === undefined) return;
      const why = whyUnsound(types, types.typeOf(node), expected);
      if (why !== undefined) found(node, why);
    };
    return {
      VariableDeclarator(node) {
        // A pattern only reads.
        if (node.id.typeAnnotation !== undefined) check(node.init);
      },
      AssignmentExpression: (node) => check(node.right),
      ReturnStatement: (node) => check(node.argument),
      CallExpression: (node) => node.arguments.forEach(check),
      NewExpression: (node) => node.arguments.forEach(check),
      PropertyDefinition: (node) => check(node.value),
      ArrowFunctionExpression: (node) => check(node.body),
      "ObjectExpression > Property"(node: Node) {
        if (node.type === "Property") check(node.value);
      },
      "ObjectExpression > SpreadElement"(node: Node) {
        if (node.type !== "SpreadElement") return;
        const type = types.typeOf(node.argument);
        if ((type.flags & ts.TypeFlags.NonPrimitive) !== 0) {
          found(node, "a spread of a value of type `object`");
        }
      },
    };
  },
};

/** What is wrong with `from` under the type `to`, in words; undefined when nothing is. */
function whyUnsound(types: Types, from: ts.Type, to: ts.Type): string | undefined {
  if (from === to || isAny(from) || isAny(to)) return undefined;
  for (const source of partsOf(from)) {
    if ((source.flags & PRIMITIVE) !== 0) continue;
    // The parts of a union that the value can be.
    const targets = partsOf(to).filter(
      (target) =>
        (target.flags & (PRIMITIVE | ts.TypeFlags.Unknown | ts.TypeFlags.NonPrimitive)) === 0 &&
        types.checker.isTypeAssignableTo(source, target),
    );
    const reasons = targets.map((target) => whyPartUnsound(types, source, target));
    if (reasons.length > 0 && !reasons.includes(undefined)) return reasons[0];
  }
  return undefined;
}

function whyPartUnsound(types: Types, source: ts.Type, target: ts.Type): string | undefined {
  const { checker } = types;
  if (source === target) return undefined;
  if (checker.isArrayType(target)) {
    if (target.symbol.name === "ReadonlyArray" || !checker.isArrayType(source)) return undefined;
    const [written] = checker.getTypeArguments(target as ts.TypeReference);
    const [kept] = checker.getTypeArguments(source as ts.TypeReference);
    if (written === undefined || kept === undefined || isAny(kept)) return undefined;
    if (isOpen(written) || isOpen(kept) || checker.isTypeAssignableTo(written, kept))
      return undefined;
    return `a \`${checker.typeToString(source)}\` as a \`${checker.typeToString(target)}\``;
  }
  if (!isPlain(source) || !isPlain(target)) return undefined;
  for (const property of checker.getPropertiesOfType(target)) {
    if ((property.flags & ts.SymbolFlags.Property) === 0) continue;
    const { name } = property;
    const kept = source.getProperty(name);
    const isWritable = !isPropertyReadonlyInType(target, property.escapedName, checker);
    if (kept === undefined || !isWritable || (kept.flags & ts.SymbolFlags.Property) === 0) continue;
    if (isPropertyReadonlyInType(source, kept.escapedName, checker)) {
      return `a read-only \`${name}\` as one that can be set`;
    }
    const [to, from] = [checker.getTypeOfSymbol(property), checker.getTypeOfSymbol(kept)];
    if (isOpen(to) || isOpen(from) || checker.isTypeAssignableTo(to, from)) continue;
    return `a \`${name}\` of type \`${checker.typeToString(from)}\` as one of type \`${checker.typeToString(to)}\``;
  }
  return undefined;
}

/** An object whose members are what is written there: no class, no collection, no function. */
function isPlain(type: ts.Type): boolean {
  if ((type.flags & ts.TypeFlags.Object) === 0) return false;
  return type.getCallSignatures().length === 0;
}

/** What a type parameter stands for only its user knows. */
function isOpen(type: ts.Type): boolean {
  return isAny(type) || (type.flags & (ts.TypeFlags.TypeParameter | ts.TypeFlags.Unknown)) !== 0;
}
