// SPDX-License-Identifier: MPL-2.0

import type { Ban } from "../rule.ts";
import { typesOf } from "../types.ts";

export const requiresTypes: Ban = {
  name: "requires-types",
  forbids: "Checking a file without the compiler's types.",
  reason: "some of the rules look at types, and would find nothing.",
  fix: "Use the preset's own `languageOptions`, and let a tsconfig.json include the file.",
  notes: [
    "The preset `safe` brings the parser and asks it for types; a configuration that replaces its `languageOptions` has to set " +
      "`parserOptions.projectService`.",
  ],
  bad: [],
  good: ["export const x = 1;"],
  create: (context, found) => ({
    Program(node) {
      if (typesOf(context) !== undefined) return;
      const { start } = node.loc;
      found({ loc: { start, end: start } }, "a file without types");
    },
  }),
};
