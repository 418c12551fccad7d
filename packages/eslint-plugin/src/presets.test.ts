// SPDX-License-Identifier: MPL-2.0

import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";
import { Linter } from "eslint";
import { BANS, PRIVILEGED_BANS, privileged, safe } from "./index.ts";

const PROJECT = fileURLToPath(new URL("../test/project", import.meta.url));

function problems(code: string, preset = safe, file = "file.ts"): string[] {
  const linter = new Linter({ cwd: PROJECT });
  const parserOptions = {
    project: "./tsconfig.json",
    tsconfigRootDir: PROJECT,
    // Where CI=true is set the parser would take each file's text from the disk instead of ours.
    disallowAutomaticSingleRunInference: true,
  };
  const languageOptions = { ...preset.languageOptions, parserOptions };
  const messages = linter.verify(code, [{ files: ["**/*.ts"], ...preset, languageOptions }], {
    filename: `${PROJECT}/src/${file}`,
  });
  return messages.flatMap(({ ruleId }) => ruleId ?? []);
}

test("every ban tells its reason and its way out, and shows what it means", () => {
  for (const ban of [...BANS, ...PRIVILEGED_BANS]) {
    expect(ban.name).toMatch(/^[a-z]+(-[a-z]+)+$/);
    expect(ban.forbids).toMatch(/\.$/);
    expect(ban.reason).toMatch(/\.$/);
    expect(ban.fix).toMatch(/^[A-Z].*\.$/);
    expect(ban.good.length).toBeGreaterThan(0);
  }
});

describe("safe", () => {
  test("turns every ban on, as an error", () => {
    expect(safe.rules).toEqual(
      Object.fromEntries(BANS.map(({ name }) => [`@aster/${name}`, "error"])),
    );
  });

  test.each([
    "// eslint-disable-next-line",
    "/* eslint-disable */",
    "/* eslint @aster/no-any: off */",
  ])("obeys no comment, and reports it: %s", (comment) => {
    const found = problems(`${comment}\nexport const x: any = 1;`);
    expect(found).toEqual(expect.arrayContaining(["@aster/no-lint-directive", "@aster/no-any"]));
  });

  test("reports comments that declare globals", () => {
    expect(problems("/* global process */\nexport const x = () => process;")).toEqual(
      expect.arrayContaining(["@aster/no-lint-directive", "@aster/no-unsafe-global"]),
    );
  });

  test("says so where the parser was not asked for types", () => {
    const { parser } = safe.languageOptions ?? {};
    const config = { files: ["**/*.ts"], ...safe, languageOptions: { parser } };
    const messages = new Linter().verify("export const x = 1;", [config as Linter.Config], {
      filename: "file.ts",
    });
    expect(messages.map(({ ruleId }) => ruleId)).toEqual(["@aster/requires-types"]);
  });

  test("takes libraries that are named as safe", () => {
    const code = 'import { x } from "mylib";\nexport const y: unknown = x;';
    expect(problems(code)).toContain("@aster/no-unsafe-import");
    const rules: Linter.RulesRecord = {
      ...safe.rules,
      "@aster/no-unsafe-import": ["error", { packages: ["mylib"] }],
    };
    expect(problems(code, { ...safe, rules })).not.toContain("@aster/no-unsafe-import");
  });
});

describe("privileged", () => {
  test("lets *.unsafe.ts do what it argues for, and nobody else", () => {
    const code =
      "// SAFETY: only numbers are ever put in.\n\nexport const f = (x: unknown) => x as number;";
    expect(problems(code, privileged, "frames.unsafe.ts")).toEqual([]);
    expect(problems(code, privileged, "frames.ts")).toEqual(["@aster/privileged-file-name"]);
  });
});
