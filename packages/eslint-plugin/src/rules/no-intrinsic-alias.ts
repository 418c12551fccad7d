// SPDX-License-Identifier: MPL-2.0

import { globalReferences, isTypeOnly, staticName } from "../names.ts";
import type { Ban, Node } from "../rule.ts";
import { ALLOWED_GLOBALS } from "./no-unsafe-global.ts";

/** Members that may be used, where not all may. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  Object: ["keys", "values", "entries", "fromEntries", "freeze", "isFrozen", "is", "hasOwn"],
  Symbol: ["iterator", "asyncIterator", "dispose", "asyncDispose"],
  RegExp: [],
  Error: [],
  String: ["fromCharCode", "fromCodePoint", "raw"],
  Array: ["from", "of", "isArray"],
};
/** Values and functions, that are no way to anything. */
const PLAIN = new Set([
  ...["undefined", "NaN", "Infinity", "isFinite", "isNaN", "parseFloat", "parseInt"],
]);
/** Conversions, that may be given to `map` and `filter`. */
const CONVERSIONS = new Set(["Boolean", "Number", "String", "BigInt"]);

export const noIntrinsicAlias: Ban = {
  name: "no-intrinsic-alias",
  forbids: "Built-in objects as values, and those of their members that reach behind the language.",
  reason: "under another name, or by these members, it escapes the other rules.",
  fix: "Use the built-in where it stands: `new X(…)`, `X.member`, `instanceof X`.",
  notes: [
    "Of `Object` these members are allowed: `keys`, `values`, `entries`, `fromEntries`, `freeze`, `isFrozen`, `is` and `hasOwn`. Of " +
      "`Symbol`: `iterator`, `asyncIterator`, `dispose` and `asyncDispose`; `Symbol.hasInstance` would let `instanceof` lie. Of `Error` and `RegExp` " +
      "none: `Error.prepareStackTrace` and `RegExp.$1` are state of the whole process.",
  ],
  bad: [
    "const O = Object;\nexport const define = O.defineProperty;",
    "export const { getPrototypeOf } = Object;",
    "export const set = (a: object, b: object) => Object.setPrototypeOf(a, b);",
    "export const copy = (a: object, b: object) => Object.assign(a, b);",
    "export const shared = Symbol.for('shared');",
    "export const last = () => RegExp.$1;",
    "Error.prepareStackTrace = (_error, frames) => frames;",
    "export class Liar {\n  static [Symbol.hasInstance](): boolean {\n    return true;\n  }\n}",
    { code: "export const all = [Array, Map];", errors: 2 },
  ],
  good: [
    "export const names = (table: object) => Object.keys(table);",
    "export const isBytes = (value: unknown) => value instanceof Uint8Array;",
    "export const numbers = (words: readonly string[]) => words.map(Number);",
    "export class Failure extends Error {}",
  ],
  create(context, found) {
    return {
      "Program:exit"() {
        for (const reference of globalReferences(context)) {
          const node = reference.identifier;
          const name = String(node.name);
          if (!ALLOWED_GLOBALS.has(name) || PLAIN.has(name) || isTypeOnly(reference)) continue;
          const what = problem(name, node);
          if (what !== undefined) found(node.parent ?? node, what);
        }
      },
    };
  },
};

/** What is wrong with the way in which a built-in is used; undefined when nothing is. */
function problem(name: string, node: Node): string | undefined {
  const { parent } = node;
  switch (parent?.type) {
    case "MemberExpression": {
      if (parent.object !== node) break;
      const member = staticName(parent.property, parent.computed);
      if (member === undefined) return `a computed member of \`${name}\``;
      const allowed = /Error$/.test(name) ? MEMBERS["Error"] : MEMBERS[name];
      if (allowed === undefined || allowed.includes(member)) return undefined;
      return `\`${name}.${member}\``;
    }
    case "NewExpression":
    case "CallExpression":
      if (parent.callee === node || CONVERSIONS.has(name)) return undefined;
      break;
    case "BinaryExpression":
      if (parent.operator === "instanceof" && parent.right === node) return undefined;
      break;
    case "ClassDeclaration":
    case "ClassExpression":
      if (parent.superClass === node) return undefined;
      break;
    default:
  }
  return `\`${name}\` as a value`;
}
