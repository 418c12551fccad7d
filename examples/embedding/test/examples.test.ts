// SPDX-License-Identifier: MPL-2.0

// The programs print what docs/sandbox-api.md says, and stand there as they are.

import { expect, test } from "@jest/globals";
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const FOLDER = new URL("../", import.meta.url);
const page = readFileSync(new URL("../../docs/sandbox-api.md", FOLDER), "utf8");
const programs = readdirSync(FOLDER).filter(
  (name) => name.endsWith(".mjs") && name !== "jest.config.mjs",
);

/** What stands on the page for one program. */
function onPage(name: string): { source: string; output: string } {
  const start = page.indexOf(`<!-- examples/embedding/${name}:`);
  if (start < 0) throw new Error(`docs/sandbox-api.md lacks examples/embedding/${name}`);
  const [, source = "", output = ""] =
    /```js\n([^]*?)```[^]*?```text\n([^]*?)```/.exec(page.slice(start)) ?? [];
  return { source, output };
}

test("the page names every option of boot and every code of an error", () => {
  const read = (file: string): string =>
    readFileSync(new URL(`../../packages/sandbox/src/${file}`, FOLDER), "utf8");
  const options = [...read("boot-options.ts").matchAll(/readonly (\w+)\?:/g)].map(
    ([, name]) => name,
  );
  const codes = [...read("errors.ts").matchAll(/^ {2}\| "([a-z-]+)"/gm)].map(([, code]) => code);
  expect([options.length, codes.length].every((count) => count > 12)).toBe(true);
  const missing = [...options, ...codes].filter((name) => !page.includes(`\`${name}\``));
  expect(missing).toEqual([]);
});

test.each(programs)("%s prints what the page says", async (name) => {
  const file = fileURLToPath(new URL(name, FOLDER));
  const { source, output } = onPage(name);
  expect(readFileSync(file, "utf8")).toBe(`// SPDX-License-Identifier: MPL-2.0\n\n${source}`);
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [file]);
  expect({ stdout, stderr }).toEqual({ stdout: output, stderr: "" });
});
