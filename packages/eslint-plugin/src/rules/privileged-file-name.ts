// SPDX-License-Identifier: MPL-2.0

import type { Rule } from "eslint";
import { report } from "../rule.ts";
import type { Ban } from "../rule.ts";

const REASON = "privileged code has to be found by its file name and argued for.";
const FIX = "Move it to a file called *.unsafe.ts, with a `SAFETY:` comment.";

export const privilegedFileName: Ban = {
  name: "privileged-file-name",
  forbids:
    "Type assertions outside `*.unsafe.ts`, and `*.unsafe.ts` files without a `SAFETY:` comment.",
  reason: REASON,
  fix: FIX,
  create(context): Rule.RuleListener {
    const isPrivileged = /\.unsafe\.ts$/.test(context.filename);
    return {
      TSAsExpression(
        node: Rule.Node & {
          readonly typeAnnotation?: { readonly typeName?: { readonly name?: string } };
        },
      ) {
        if (isPrivileged || node.typeAnnotation?.typeName?.name === "const") return;
        report(context, { reason: REASON, fix: FIX }, node, "a type assertion");
      },
      Program(node) {
        if (!isPrivileged) return;
        const hasSafety = context.sourceCode
          .getAllComments()
          .some((comment) => comment.value.includes("SAFETY:"));
        if (hasSafety) return;
        context.report({
          loc: node.loc ?? { line: 1, column: 0 },
          messageId: "banned",
          data: { what: "this file", why: REASON, fix: FIX },
        });
      },
    };
  },
};
