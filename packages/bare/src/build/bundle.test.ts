// SPDX-License-Identifier: MPL-2.0

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runInNewContext } from "node:vm";
import { afterAll, expect, test } from "@jest/globals";
import { bundleProgram, indexMap, linesOf } from "./bundle.ts";

// Within the package, where OSTD is found.
const target = fileURLToPath(new URL("../../target", import.meta.url));
mkdirSync(target, { recursive: true });
const folder = mkdtempSync(join(target, "bundle-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

const file = join(folder, "kernel.ts");
const KERNEL = `import { main, println } from "@aster/ostd";
class Greeter { #word = "hello"; static { println("made"); } get = () => this.#word; }
export default main(() => println(new Greeter().get()));
`;
writeFileSync(file, KERNEL);

test("a kernel is a script of its own, a function of what OSTD gives it", async () => {
  const { scripts, inputs } = await bundleProgram({ kernel: file }, false);
  const [ostd, kernel] = scripts;
  // In code that is not strict a method without an object would get OSTD's global object.
  expect(ostd?.code).toMatch(/^"use strict";\n/);
  expect(ostd?.code).not.toContain("Greeter");
  expect(kernel?.code).not.toContain("BareHardware");
  const evaluate = runInNewContext(kernel?.code ?? "") as (modules: object) => { default: unknown };
  const printed: string[] = [];
  const main = (entry: () => void): (() => void) => entry;
  const println = (text: string): number => printed.push(text);
  const exported = evaluate({ "@aster/ostd": { main, println } });
  (exported.default as () => void)();
  expect(printed).toEqual(["made", "hello"]);
  expect(inputs).toContain(file);
});

test("an image's map has a section for each script, whose lines are numbered through", async () => {
  const { scripts } = await bundleProgram({ kernel: file }, false);
  const { sections } = JSON.parse(indexMap(scripts)) as {
    sections: { offset: { line: number }; map: { sources: string[] } }[];
  };
  expect(sections.map(({ offset }) => offset.line)).toEqual([
    0,
    linesOf(scripts[0]?.code ?? "").length,
  ]);
  expect(sections[1]?.map.sources).toContain(file);
});

test("a script that takes the machine itself stands alone", async () => {
  const { scripts } = await bundleProgram({ script: file }, false);
  expect(scripts).toHaveLength(1);
  expect(scripts[0]?.code).toContain("Greeter");
});
