// SPDX-License-Identifier: MPL-2.0

import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { createMachine } from "@aster/machine";
import { bootKernel } from "@aster/ostd/boot";
import { helloElf } from "./hello.generated.ts";
import kernel from "./main.ts";

test("the kernel runs the program on the built-in machine, which prints its line", async () => {
  let console = "";
  const machine = createMachine({
    earlyConsole: (byte) => {
      console += String.fromCharCode(byte);
    },
  });
  expect(await bootKernel(kernel, machine)).toBe(0);
  expect(console).toBe("Hello, world\n");
});

test("the program in the generated file is an ELF file of hello.S's shape", () => {
  const elf = helloElf();
  expect(String.fromCharCode(...elf.subarray(1, 4))).toBe("ELF");
  // Entry point 0x401000, where the code is in the file as well.
  expect([...elf.subarray(24, 32)]).toEqual([0, 0x10, 0x40, 0, 0, 0, 0, 0]);
  expect(String.fromCharCode(...elf.subarray(0x2000, 0x200d))).toBe("Hello, world\n");
});

test("the kernel stays within 110 lines and imports nothing but OSTD and the program", () => {
  const source = readFileSync(new URL("main.ts", import.meta.url), "utf8");
  expect(source.trimEnd().split("\n").length).toBeLessThanOrEqual(110);
  const imports = [...source.matchAll(/from "([^"]+)"/gu)].map((match) => match[1]);
  expect(new Set(imports)).toEqual(new Set(["@aster/ostd", "./hello.generated.ts"]));
});

test("the README shows the kernel as it is", () => {
  const readme = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");
  const source = readFileSync(new URL("main.ts", import.meta.url), "utf8");
  const shown = /<!-- hello-kernel -->\n([\s\S]*)<!-- \/hello-kernel -->/u.exec(readme)?.[1];
  // `node make-hello.mjs --readme` puts it there.
  expect(shown).toBe(`\`\`\`ts\n${source}\`\`\`\n`);
});
