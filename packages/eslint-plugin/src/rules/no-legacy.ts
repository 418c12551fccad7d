// SPDX-License-Identifier: MPL-2.0

import { staticName } from "../names.ts";
import type { Ban } from "../rule.ts";

const MEMBERS = new Set(["callee", "caller"]);

export const noLegacy: Ban = {
  name: "no-legacy",
  forbids: "`arguments`, `callee`, `caller` and `debugger`.",
  reason: "it shows a function what it was not given, or stops the system.",
  fix: "Take `...rest`; name the function; set breakpoints in the debugger.",
  bad: [
    "export function f() {\n  return arguments.length;\n}",
    "export const f = (g: { caller: unknown }) => g.caller;",
    "export function f() {\n  debugger;\n}",
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
    DebuggerStatement: (node) => found(node, "`debugger`"),
  }),
};
