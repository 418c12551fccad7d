// SPDX-License-Identifier: MPL-2.0

import ts from "typescript";
import { expressionOf, places } from "../places.ts";
import { classOf, isDeclaredHeir, isPlain, whyUnsound } from "../relations.ts";
import type { Ban, Node } from "../rule.ts";
import { isAny, isLibrary, partsOf, type Types, typesOf } from "../types.ts";

/** Methods of the library that give what is kept, and nothing new. */
const LOOKUPS = new Set(["get", "at", "find", "findLast", "pop", "shift"]);
/** Methods that change the order or the number of a list's elements. */
const REORDERS = new Set([
  ...["pop", "push", "shift", "unshift", "splice", "reverse", "sort", "fill", "copyWithin"],
]);

export const noUnsoundAlias: Ban = {
  name: "no-unsound-alias",
  forbids:
    "A second name for a list, a collection or an object under which it is something else than under the first one.",
  reason: "what is written by one name is read by the other as what it is not.",
  fix: "Give the second name a `readonly` type, or copy.",
  notes: [
    "The compiler takes a `number[]` for a `(number | string)[]`, a `Map<string, number>` for a `Map<string, number | string>`, and an object " +
      "with a `readonly` member for one whose member may be set. The rule looks at names, members and what functions look up that go to a place with a " +
      "type of its own: variables, arguments, defaults, elements, returned and yielded values, assignments; through conditions and `??`.",
    "Of objects it looks at members that are set: one that is read-only under the first name, and one whose type is wider under the second. " +
      "A spread of a value of type `object` is refused too: its members may be of any type.",
    "A function with `T extends X[]` may write what an X is to what is less: its arguments are looked at as if the parameter's type were X[]. " +
      "A pair whose halves are turned around or taken out is no pair any more. An object that only looks like one of a class is not what `instanceof` finds.",
  ],
  needsTypes: true,
  bad: [
    "export function f(numbers: number[]) {\n  const loose: (number | string)[] = numbers;\n  loose[0] = 'text';\n}",
    "const take = (list: (number | string)[]) => list.push('text');\nexport const f = (numbers: number[]) => take(numbers);",
    "export function f(point: { x: number }) {\n  const loose: { x: number | string } = point;\n  loose.x = 'text';\n}",
    "export function f(fixed: { readonly x: number }) {\n  const open: { x: number } = fixed;\n  open.x = 2;\n}",
    "export const f = (hidden: object): { x: number } => ({ x: 1, ...hidden });",
    "export function f(numbers: Map<string, number>) {\n  const loose: Map<string, number | string> = numbers;\n  loose.set('a', 'text');\n}",
    "export function f(numbers: number[], other?: (number | string)[]) {\n  const loose: (number | string)[] = other ?? numbers;\n  return loose;\n}",
    "class Rows {\n  private readonly rows: number[] = [];\n  all() {\n    return this.rows;\n  }\n}\nexport const f = (rows: Rows): (number | string)[] => rows.all();",
    "const spoil = <L extends (number | string)[]>(list: L) => list.push('text');\nexport const f = (numbers: number[]) => spoil(numbers);",
    "export function f(pair: [string, number]) {\n  pair.reverse();\n}",
    "class Name {\n  text = 'a';\n}\nexport const f = (other: { text: string }): Name | string => other;",
    "const show = (either: { b: number } | { a: number }) => ('a' in either ? either.a : 0);\nexport const f = (wide: { b: number; a: string }) => show(wide);",
  ],
  good: [
    "export function f(numbers: number[]) {\n  const all: readonly (number | string)[] = numbers;\n  return all;\n}",
    "export function f(numbers: number[]) {\n  const all: (number | string)[] = [...numbers];\n  return all;\n}",
    "export function f(point: { x: number }) {\n  const seen: { readonly x: number | string } = point;\n  return seen;\n}",
    "export function f(numbers: Map<string, number>) {\n  const all: ReadonlyMap<string, number | string> = numbers;\n  return all;\n}",
    "export function f(numbers: number[]) {\n  const all: (number | string)[] = numbers.map((n) => n + 1);\n  return all;\n}",
    "class Name {\n  text = 'a';\n}\nclass Long extends Name {}\nexport const f = (long: Long): Name => long;",
  ],
  create(context, found) {
    const types = typesOf(context);
    if (types === undefined) return {};
    const { checker } = types;
    return {
      ...places(types, (node, expected) => {
        const own = typeOfValue(types, node);
        const why =
          (isAlias(types, node) ? whyUnsound(types, own, expected) : undefined) ??
          whyLookalike(types, own, expected);
        if (why !== undefined) found(node, why);
      }),
      "CallExpression:exit"(node: Node) {
        if (node.type !== "CallExpression") return;
        const why = whyReorders(types, node.callee);
        if (why !== undefined) found(node, why);
        for (const [argument, constraint] of constrained(types, node)) {
          if (!isAlias(types, argument)) continue;
          const unsound = whyUnsound(types, types.typeOf(argument), constraint);
          if (unsound !== undefined) found(argument, unsound);
        }
      },
      "ObjectExpression > SpreadElement"(node: Node) {
        if (node.type !== "SpreadElement") return;
        const type = types.typeOf(node.argument);
        if ((type.flags & ts.TypeFlags.NonPrimitive) !== 0) {
          found(node, "a spread of a value of type `object`");
        }
      },
    };

    /** The arguments that go to a parameter of a type parameter's type, with its constraint. */
    function constrained(types: Types, call: Node): readonly (readonly [Node, ts.Type])[] {
      if (call.type !== "CallExpression") return [];
      const expression = expressionOf(types, call);
      if (expression === undefined || !ts.isCallExpression(expression)) return [];
      const declaration = checker.getResolvedSignature(expression)?.declaration;
      if (declaration === undefined || isLibrary(declaration)) return [];
      if (ts.isJSDocSignature(declaration)) return [];
      return declaration.parameters.flatMap((parameter, i) => {
        const argument = call.arguments[i];
        const type = checker.getTypeAtLocation(parameter);
        if (argument === undefined || (type.flags & ts.TypeFlags.TypeParameter) === 0) return [];
        const constraint = checker.getBaseConstraintOfType(type);
        return constraint === undefined ? [] : [[argument, constraint] as const];
      });
    }
  },
};

/** The type of an expression; of `this` the class's. */
function typeOfValue(types: Types, node: Node): ts.Type {
  const type = types.typeOf(node);
  const isThis = node.type === "ThisExpression";
  return isThis ? (types.checker.getBaseConstraintOfType(type) ?? type) : type;
}

/** Whether the expression gives what somebody else has, too. */
function isAlias(types: Types, node: Node): boolean {
  switch (node.type) {
    case "Identifier":
    case "MemberExpression":
    case "ThisExpression":
      return true;
    case "ChainExpression":
    case "AwaitExpression":
      return isAlias(types, node.type === "ChainExpression" ? node.expression : node.argument);
    case "CallExpression": {
      const call = expressionOf(types, node);
      return call !== undefined && ts.isCallExpression(call) && isLookup(types, call);
    }
    default:
      return false;
  }
}

function isLookup({ checker }: Types, call: ts.CallExpression): boolean {
  const declaration = checker.getResolvedSignature(call)?.declaration;
  if (declaration === undefined || ts.isJSDocSignature(declaration)) return false;
  if (isLibrary(declaration)) return LOOKUPS.has(declaration.name?.getText() ?? "");
  if (!("body" in declaration) || declaration.body === undefined) return false;
  if (!ts.isBlock(declaration.body)) return isKept(declaration.body);
  const visit = (node: ts.Node): boolean => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return false;
    if (ts.isReturnStatement(node)) return node.expression !== undefined && isKept(node.expression);
    return ts.forEachChild(node, visit) ?? false;
  };
  return visit(declaration.body);
}

/** Whether the value of a `return` is a member of something: what is made stands in variables. */
function isKept(node: ts.Expression): boolean {
  if (ts.isParenthesizedExpression(node)) return isKept(node.expression);
  if (ts.isBinaryExpression(node)) return isKept(node.left) || isKept(node.right);
  if (ts.isConditionalExpression(node)) return isKept(node.whenTrue) || isKept(node.whenFalse);
  return ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node);
}

/** Only a class's own objects, and its heirs', are what `instanceof` finds. */
function whyLookalike({ checker }: Types, own: ts.Type, expected: ts.Type): string | undefined {
  if (isAny(own)) return undefined;
  const targets = partsOf(expected);
  for (const source of partsOf(own)) {
    if (!isPlain(source) && !source.isIntersection()) continue;
    const fitting = targets.filter((target) => checker.isTypeAssignableTo(source, target));
    const classes = fitting.map(classOf);
    if (classes.length === 0) continue;
    const isOne = classes.some((one) => one === undefined || isDeclaredHeir(source, one));
    const [wanted] = classes;
    if (!isOne && wanted !== undefined && !isLibrary(wanted.declarations?.[0])) {
      return `a \`${checker.typeToString(source)}\`, which is no object of the class \`${wanted.name}\`,`;
    }
  }
  return undefined;
}

function whyReorders(types: Types, callee: Node): string | undefined {
  if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return undefined;
  const { name } = callee.property;
  if (callee.computed || !REORDERS.has(name)) return undefined;
  const isTuple = partsOf(types.typeOf(callee.object)).some((t) => types.checker.isTupleType(t));
  return isTuple ? `\`${name}\` of a tuple` : undefined;
}
