// SPDX-License-Identifier: MPL-2.0

import { globalReferences, isTypeOnly } from "../names.ts";
import type { Ban } from "../rule.ts";

const MAKERS = new Set(["eval", "Function"]);

export const noEval: Ban = {
  name: "no-eval",
  forbids: "`eval` and `Function`, which make code from strings.",
  reason: "code that is a string is seen by no compiler, no rule and no reviewer.",
  fix: "Write a function, or a table of functions.",
  notes: [
    "The other ways to `Function` lead over `constructor`, which no-prototype-access refuses. `Function` as a type is refused " +
      "too: calling such a value gives `any`.",
  ],
  bad: [
    "export const run = (code: string) => eval(code);",
    "export const indirect = (code: string) => (0, eval)(code);",
    "export const make = (code: string) => new Function(code);",
    "export const call = (f: Function) => f();",
  ],
  good: ["export const twice = (f: () => void) => {\n  f();\n  f();\n};"],
  create(context, found) {
    return {
      "Program:exit"() {
        for (const reference of globalReferences(context)) {
          const name = String(reference.identifier.name);
          if (!MAKERS.has(name)) continue;
          const what = isTypeOnly(reference) ? `the type \`${name}\`` : `\`${name}\``;
          found(reference.identifier, what);
        }
      },
      MemberExpression(node) {
        if (!node.computed && node.property.type === "Identifier" && node.property.name === "eval")
          found(node, "`.eval`");
      },
    };
  },
};
