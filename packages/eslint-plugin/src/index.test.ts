// SPDX-License-Identifier: MPL-2.0

import { describe, expect, test } from "@jest/globals";
import { Linter } from "eslint";
import tseslint from "typescript-eslint";
import { privileged, safe } from "./index.ts";

function problems(code: string, preset = safe, filename = "x.ts"): string[] {
  const linter = new Linter();
  const messages = linter.verify(
    code,
    [{ files: ["**/*.ts"], languageOptions: { parser: tseslint.parser }, ...preset }],
    { filename },
  );
  return messages.map((message) => message.ruleId ?? message.message);
}

describe("safe", () => {
  test.each([
    ['import { VmSpace } from "@aster/ostd";'],
    ['import { fail } from "../result.ts";'],
    ["const flags = { A: 1 } as const;"],
    ["async function run(): Promise<void> { await task(); }"],
    ["const names: ReadonlyMap<string, number> = new Map();"],
    ["export class Table { private readonly rows = new Map<number, string>(); }"],
  ])("allows %s", (code) => {
    expect(problems(code)).toEqual([]);
  });

  test.each([
    ['import fs from "node:fs";', "@aster/no-unsafe-import"],
    ['import fs from "fs";', "@aster/no-unsafe-import"],
    ['import { bootKernel } from "@aster/ostd/boot";', "@aster/no-unsafe-import"],
    ['import { ram } from "../../ostd/src/mm/ram.unsafe.ts";', "@aster/no-unsafe-import"],
    ['export * from "@aster/machine";', "@aster/no-unsafe-import"],
    ['const m = await import("@aster/" + name);', "@aster/no-unsafe-import"],
    ["const url = import.meta.url;", "@aster/no-unsafe-import"],
    ["const x: any = 1;", "@aster/no-type-escape"],
    ["const x = y as number;", "@aster/no-type-escape"],
    ["const x = <number>y;", "@aster/no-type-escape"],
    ["const x = y!;", "@aster/no-type-escape"],
    ["// @ts-ignore\nconst x = y;", "@aster/no-type-escape"],
    ["declare const secret: number;", "@aster/no-type-escape"],
    ["new WebAssembly.Module(bytes);", "@aster/no-unsafe-global"],
    ["setTimeout(f, 1);", "@aster/no-unsafe-global"],
    ['eval("1");', "@aster/no-unsafe-global"],
    ['new Function("return 1")();', "@aster/no-unsafe-global"],
    ['(() => {}).constructor("return 1")();', "@aster/no-unsafe-global"],
    ['(() => {})["constructor"]("return 1")();', "@aster/no-unsafe-global"],
    ["Array.prototype.push = f;", "@aster/no-unsafe-global"],
    ["Object.setPrototypeOf(a, b);", "@aster/no-unsafe-global"],
    ["p.then(f);", "@aster/no-unsafe-global"],
    ["export let count = 0;", "@aster/no-module-state"],
    ["const cache = new Map();", "@aster/no-module-state"],
  ])("bans %s", (code, rule) => {
    expect(problems(code)).toContain(rule);
  });
});

describe("no-unsafe-import", () => {
  const registers = 'import { ktest } from "@aster/ostd/ktest";';

  test("allows the registration of tests in *.ktest.ts alone", () => {
    expect(problems(registers, safe, "list.ktest.ts")).toEqual([]);
    expect(problems(registers, safe, "list.ts")).toEqual(["@aster/no-unsafe-import"]);
  });

  test("allows the libraries that its option names", () => {
    const preset: typeof safe = {
      ...safe,
      rules: { "@aster/no-unsafe-import": ["error", { packages: ["mylib"] }] },
    };
    expect(problems('import { f } from "mylib";', preset)).toEqual([]);
    expect(problems('import { f } from "other";', preset)).toEqual(["@aster/no-unsafe-import"]);
  });
});

describe("privileged", () => {
  test("asks for a SAFETY: comment in *.unsafe.ts", () => {
    expect(problems("export {};", privileged, "ram.unsafe.ts")).toEqual([
      "@aster/privileged-file-name",
    ]);
    expect(problems("// SAFETY: why.\nexport {};", privileged, "ram.unsafe.ts")).toEqual([]);
  });

  test("allows assertions in *.unsafe.ts alone", () => {
    const code = "// SAFETY: why.\nconst x = y as Paddr;";
    expect(problems(code, privileged, "ram.ts")).toEqual(["@aster/privileged-file-name"]);
    expect(problems(code, privileged, "ram.unsafe.ts")).toEqual([]);
  });
});
