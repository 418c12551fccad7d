// SPDX-License-Identifier: MPL-2.0

import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { markUsed, pruneCache, removeLeftBeside } from "./prune.ts";

const folder = mkdtempSync(join(tmpdir(), "aster-prune-"));
afterAll(() => rmSync(folder, { recursive: true }));

const HOUR_S = 3600;

function age(name: string, hours: number): void {
  const when = Date.now() / 1000 - hours * HOUR_S;
  utimesSync(join(folder, name), when, when);
}

test("what was used last stays, and so does what is none of ours", async () => {
  const part = (n: number): string => `compiled-${n.toString(16).padStart(16, "0")}.o`;
  for (let n = 0; n < 100; n++) {
    writeFileSync(join(folder, part(n)), "");
    age(part(n), 200 - n);
  }
  for (let n = 0; n < 5; n++) {
    const engine = `engine-${n.toString(16).padStart(16, "0")}`;
    mkdirSync(join(folder, engine));
    writeFileSync(join(folder, engine, "engine.a"), "");
    age(engine, 10 - n);
  }
  for (const [name, hours] of [
    ["engine-new-a", 30],
    ["compiled-new-b", 30],
    ["compiled-new-c", 1],
    ["kernel", 9999],
  ] as const) {
    mkdirSync(join(folder, name));
    age(name, hours);
  }
  await markUsed([join(folder, part(0)), join(folder, "compiled-that-is-gone.o")]);
  await pruneCache(folder);

  const left = readdirSync(folder);
  const parts = left.filter((name) => name.endsWith(".o"));
  expect(parts).toHaveLength(96);
  expect(parts).toContain(part(0));
  expect(parts).not.toContain(part(1));
  expect(parts).not.toContain(part(4));
  expect(parts).toContain(part(5));
  expect(left.filter((name) => name.startsWith("engine-"))).toEqual([
    "engine-0000000000000002",
    "engine-0000000000000003",
    "engine-0000000000000004",
  ]);
  expect(left).toContain("compiled-new-c");
  expect(left).not.toContain("compiled-new-b");
  expect(left).toContain("kernel");
});

test("what killed builds left beside an image goes after a day", async () => {
  for (const [name, hours] of [
    [".image-old", 30],
    [".disk-old", 30],
    [".image-new", 1],
    ["old", 30],
  ] as const) {
    mkdirSync(join(folder, name));
    age(name, hours);
  }
  await removeLeftBeside(folder);
  const left = readdirSync(folder);
  expect(left).toEqual(expect.arrayContaining([".image-new", "old"]));
  expect(left).not.toContain(".image-old");
  expect(left).not.toContain(".disk-old");
});
