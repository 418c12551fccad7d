// SPDX-License-Identifier: MPL-2.0

import type { Ban } from "../rule.ts";

/** Comments by which a file tells a linter what to think of it. */
export const LINT_DIRECTIVE: RegExp =
  /^\s*(?:eslint(?:-\w+)*|oxlint(?:-\w+)*|biome-ignore\b.*|globals?|exported)\b/;

export const noLintDirective: Ban = {
  name: "no-lint-directive",
  forbids: "Comments that switch rules off or declare globals: `eslint-disable`, `global x`.",
  reason: "a rule that code can switch off is none.",
  fix: "Make the code follow the rule; where the rule is wrong, correct the rule.",
  notes: [
    "The preset also tells ESLint to obey no such comment (`noInlineConfig`), so this one can not be switched off by the comment that it finds. " +
      "`./aster test lint` counts these comments in everything that is safe TypeScript and fails on the first.",
  ],
  bad: [
    "// eslint-disable-next-line\nexport const x = 1;",
    "/* eslint-disable @aster/no-any */\nexport const x = 1;",
    "/* eslint @aster/no-any: off */\nexport const x = 1;",
    "/* global process */\nexport const x = 1;",
  ],
  good: ["// What the linter says of it is right.\nexport const x = 1;"],
  create: (context, found) => ({
    Program() {
      for (const comment of context.sourceCode.getAllComments()) {
        if (LINT_DIRECTIVE.test(comment.value)) found(comment, `\`${comment.value.trim()}\``);
      }
    },
  }),
};
