// SPDX-License-Identifier: MPL-2.0

import type { Rule } from "eslint";
import { report } from "../rule.ts";
import type { Ban } from "../rule.ts";

const REASON = "several systems live in one process and would share it.";
const FIX = "Hang the state off the root of the running system.";

/** Constructors whose objects change. Typed arrays that are only read are tables; writes are found by review. */
const MUTABLE = new Set(["Map", "Set", "WeakMap", "WeakSet"]);

/** The parts of typescript-eslint's tree that ESLint's own types do not know. */
interface Annotated {
  readonly typeAnnotation?: {
    readonly typeAnnotation?: { readonly typeName?: { readonly name?: string } };
  };
}

export const noModuleState: Ban = {
  name: "no-module-state",
  forbids:
    "Variables at module level that can change: `let`, `var`, and collections not typed as read-only.",
  reason: REASON,
  fix: FIX,
  create(context): Rule.RuleListener {
    return {
      VariableDeclaration(node) {
        const isAtTop =
          node.parent.type === "Program" || node.parent.type === "ExportNamedDeclaration";
        if (!isAtTop) return;
        if (node.kind !== "const") {
          report(context, { reason: REASON, fix: FIX }, node, `a module-level \`${node.kind}\``);
          return;
        }
        for (const { id, init } of node.declarations) {
          if (init?.type !== "NewExpression" || init.callee.type !== "Identifier") continue;
          const declared = (id as Annotated).typeAnnotation?.typeAnnotation?.typeName?.name ?? "";
          if (!MUTABLE.has(init.callee.name) || declared.startsWith("Readonly")) continue;
          const what = `a module-level ${init.callee.name}`;
          report(context, { reason: REASON, fix: FIX }, node, what);
        }
      },
    };
  },
};
