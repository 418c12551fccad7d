// SPDX-License-Identifier: MPL-2.0

import { staticName } from "../names.ts";
import type { Ban, Node } from "../rule.ts";

const MEMBERS = new Set(["callee", "caller"]);

export const noLegacy: Ban = {
  name: "no-legacy",
  forbids:
    "`arguments`, `callee`, `caller`, `debugger`, constructors that return, and `this` outside of classes and objects.",
  reason: "it shows a function what it was not given, or stops the system.",
  fix: "Take `...rest`; name the function; set breakpoints in the debugger.",
  bad: [
    "export function f() {\n  return arguments.length;\n}",
    "export const f = (g: { caller: unknown }) => g.caller;",
    "export function f() {\n  debugger;\n}",
    "export const self = () => (function (this: unknown) {\n  return this;\n})();",
    "export class A {\n  x = 1;\n  constructor(other?: A) {\n    if (other !== undefined) return other;\n  }\n}",
  ],
  good: ["export const count = (...rest: readonly number[]) => rest.length;"],
  create: (_context, found) => ({
    Identifier(node) {
      if (node.name !== "arguments") return;
      const { parent } = node;
      const isName =
        (parent.type === "MemberExpression" && parent.property === node && !parent.computed) ||
        (parent.type === "Property" && parent.key === node && !parent.shorthand) ||
        parent.type === "PropertyDefinition" ||
        parent.type === "MethodDefinition" ||
        /^TS/.test(parent.type);
      if (!isName) found(node, "`arguments`");
    },
    MemberExpression(node) {
      const name = staticName(node.property, node.computed);
      if (name !== undefined && MEMBERS.has(name)) found(node, `\`.${name}\``);
    },
    ThisExpression(node) {
      if (isPlainFunctions(node)) found(node, "`this` of a function that is no method");
    },
    ReturnStatement(node) {
      if (node.argument !== null && isInConstructor(node)) {
        found(node, "a constructor that returns something else");
      }
    },
    DebuggerStatement: (node) => found(node, "`debugger`"),
  }),
};

function isInConstructor(node: Node): boolean {
  for (let at: Node | null | undefined = node.parent; at != null; at = at.parent) {
    if (at.type === "ArrowFunctionExpression" || at.type === "FunctionDeclaration") return false;
    if (at.type !== "FunctionExpression") continue;
    return at.parent.type === "MethodDefinition" && at.parent.kind === "constructor";
  }
  return false;
}

/** Whether `this` is what the caller of a plain function happens to give. */
function isPlainFunctions(node: Node): boolean {
  for (let at: Node | null | undefined = node.parent; at != null; at = at.parent) {
    if (at.type === "FunctionDeclaration") return true;
    if (at.type === "FunctionExpression") {
      const owner = at.parent.type;
      return owner !== "MethodDefinition" && owner !== "Property";
    }
    if (at.type === "ClassBody") return false;
  }
  return false;
}
