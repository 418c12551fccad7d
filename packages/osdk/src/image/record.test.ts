// SPDX-License-Identifier: MPL-2.0

import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { isFresh, writeRecord } from "./record.ts";

const directory = mkdtempSync(join(tmpdir(), "osdk-record-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const input = join(directory, "main.ts");
const target = { directory, record: "k.json", options: { strip: true } };

function build(startMs: number): void {
  writeFileSync(input, "v1");
  writeFileSync(join(directory, "k.elf"), "image");
  writeRecord(target, [input], ["k.elf"], startMs);
}

test("a build stays fresh until an input, an option or a file of it changes", () => {
  build(Date.now() + 1000);
  expect(isFresh(target)).toBe(true);
  utimesSync(input, 1, 1);
  expect(isFresh(target)).toBe(true);
  expect(isFresh({ ...target, options: { strip: false } })).toBe(false);
  writeFileSync(input, "v2");
  expect(isFresh(target)).toBe(false);
  build(Date.now() + 1000);
  writeFileSync(join(directory, "k.elf"), "imag_");
  expect(isFresh(target)).toBe(false);
});

test("a build is not fresh when an input was saved while it went on", () => {
  build(Date.now() - 1000);
  expect(isFresh(target)).toBe(false);
  utimesSync(input, 1, 1);
  expect(isFresh(target)).toBe(false);
});
