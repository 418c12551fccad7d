// SPDX-License-Identifier: MPL-2.0

import { fileURLToPath } from "node:url";
import { afterAll, describe, it } from "@jest/globals";
import { RuleTester } from "@typescript-eslint/rule-tester";
import { BANS, PRIVILEGED_BANS } from "./index.ts";
import { ruleOf, type Example } from "./rule.ts";

RuleTester.afterAll = afterAll;
RuleTester.describe = describe;
RuleTester.it = it;

const PROJECT = fileURLToPath(new URL("../test/project", import.meta.url));

const tester = new RuleTester({
  languageOptions: {
    parserOptions: { project: "./tsconfig.json", tsconfigRootDir: PROJECT },
  },
});

function caseOf(example: Example): { code: string; filename: string } {
  const { code, file = "file.ts" } = typeof example === "string" ? { code: example } : example;
  return { code, filename: `src/${file}` };
}

// What the pages show is what the rules do. ESLint itself speaks up at the comments that one of
// them is about; presets.test.ts looks at that one.
for (const ban of [...BANS, ...PRIVILEGED_BANS].filter(
  ({ name }) => name !== "no-lint-directive",
)) {
  tester.run(ban.name, ruleOf(ban), {
    valid: ban.good.map(caseOf),
    invalid: ban.bad.map((example) => ({
      ...caseOf(example),
      errors: Array.from({ length: errorsOf(example) }, () => ({ messageId: "banned" as const })),
    })),
  });
}

function errorsOf(example: Example): number {
  return typeof example === "string" ? 1 : (example.errors ?? 1);
}
