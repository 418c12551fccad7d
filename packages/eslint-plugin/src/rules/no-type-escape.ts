// SPDX-License-Identifier: MPL-2.0

import type { Rule } from "eslint";
import { report } from "../rule.ts";
import type { Ban } from "../rule.ts";

const REASON = "it tells the compiler what it can not check.";
const FIX = "Narrow with a check at run time, or give the value its true type.";

/** A node of typescript-eslint's tree, which ESLint's own types do not know. */
interface TypeScriptNode {
  readonly expression?: Rule.Node;
  readonly typeAnnotation?: {
    readonly type: string;
    readonly typeName?: { readonly name?: string };
  };
  readonly declare?: boolean;
}

export const noTypeEscape: Ban = {
  name: "no-type-escape",
  forbids:
    "`any`, type assertions but `as const`, `!`, ambient `declare`, and comments that silence the compiler.",
  reason: REASON,
  fix: FIX,
  create(context): Rule.RuleListener {
    const found = (node: Rule.Node, what: string): void =>
      report(context, { reason: REASON, fix: FIX }, node, what);
    const unlessConst = (node: Rule.Node & TypeScriptNode): void => {
      const name = node.typeAnnotation?.typeName?.name;
      if (name !== "const") found(node, "a type assertion");
    };
    const ambient = (node: Rule.Node & TypeScriptNode): void => {
      if (node.declare === true) found(node, "an ambient declaration");
    };
    return {
      TSAnyKeyword: (node: Rule.Node) => found(node, "`any`"),
      TSAsExpression: unlessConst,
      TSTypeAssertion: unlessConst,
      TSNonNullExpression: (node: Rule.Node) => found(node, "`!`"),
      VariableDeclaration: ambient,
      FunctionDeclaration: ambient,
      TSDeclareFunction: ambient,
      ClassDeclaration: ambient,
      TSModuleDeclaration: (node: Rule.Node) => found(node, "a namespace or ambient module"),
      Program() {
        for (const comment of context.sourceCode.getAllComments()) {
          const directive = /@ts-(ignore|expect-error|nocheck)/.exec(comment.value);
          if (directive === null) continue;
          context.report({
            loc: comment.loc ?? { line: 1, column: 0 },
            messageId: "banned",
            data: { what: `@ts-${directive[1]}`, why: REASON, fix: FIX },
          });
        }
      },
    };
  },
};
