// SPDX-License-Identifier: MPL-2.0

import type { Ban } from "../rule.ts";

const DIRECTIVE = /@ts-(?:ignore|expect-error|nocheck)\b/;
const SOURCE = /^\s*[#@]\s*source(?:Mapping)?URL\s*=/;
const REFERENCE = /^\/\s*<(?:reference|amd-)/;

export const noCompilerDirective: Ban = {
  name: "no-compiler-directive",
  forbids:
    "Comments that silence the compiler, load types or name another source: `@ts-ignore`, `/// <reference …>`.",
  reason: "the compiler would be blind where it matters.",
  fix: "Make the types true; what safe code may import it imports.",
  bad: [
    "// @ts-ignore\nexport const x: number = '';",
    "// @ts-expect-error: known\nexport const x: number = '';",
    "/* @ts-nocheck */\nexport const x = 1;",
    '/// <reference types="node" />\nexport const x = 1;',
    "export const x = 1;\n//# sourceMappingURL=elsewhere.map",
  ],
  good: ["// A comment.\nexport const x = 1;"],
  create: (context, found) => ({
    Program() {
      for (const comment of context.sourceCode.getAllComments()) {
        const directive = DIRECTIVE.exec(comment.value);
        if (directive !== null) found(comment, directive[0]);
        if (SOURCE.test(comment.value)) found(comment, "a comment that names another source");
        if (comment.type === "Line" && REFERENCE.test(comment.value)) found(comment, "`/// <…>`");
      }
    },
  }),
};
