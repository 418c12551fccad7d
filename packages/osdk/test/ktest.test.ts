// SPDX-License-Identifier: MPL-2.0

// Needs a build of all packages.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { osdk, temporaryDirectory } from "./cli.ts";

const directory = temporaryDirectory();
const project = join(directory.path, "lib");
afterAll(() => directory.remove());

const SOURCE = `import { assert, panic, poweroff, println, Task } from "@aster/ostd";
import { ktest } from "@aster/ostd/ktest";
import { availableMemory } from "../index.ts";

ktest("fails", () => {
  println("about to fail");
  assert(availableMemory() < 0, "memory is there");
});
ktest("panics_as_it_should", { shouldPanic: "deliberate" }, () => panic("a deliberate one"));
ktest("panics_otherwise", { shouldPanic: "deliberate" }, () => panic("by accident"));
ktest("does_not_panic", { shouldPanic: true }, () => undefined);
ktest("throws", () => {
  throw new RangeError("out of range");
});
ktest("overflows", () => {
  const deeper = (n: number): number => deeper(n + 1) + 1;
  deeper(0);
});
ktest("waits_for_nothing", async () => {
  println("waiting");
  await new Promise(() => undefined);
});
ktest("powers_off", () => poweroff(0));
ktest("awaits", async () => {
  await Task.yieldNow();
});
ktest("loops", () => {
  for (;;);
});
ktest("after_the_loop", () => undefined);
`;

beforeAll(async () => {
  await osdk(directory.path, "new", "lib");
  mkdirSync(join(project, "src", "deep"));
  writeFileSync(join(project, "src", "deep", "all.ktest.ts"), SOURCE);
});

test("each test has its own outcome, and none stops the rest", async () => {
  const { code, stdout } = await osdk(project, "test", "--timeout", "2", "--junit", "out/j.xml");
  expect(code).toBe(1);
  const outcomes = [...stdout.matchAll(/^test lib::(\S+) \.\.\. (\w+)$/gm)].map((m) => m.slice(1));
  expect(outcomes).toEqual([
    ["deep::all::fails", "FAILED"],
    ["deep::all::panics_as_it_should", "ok"],
    ["deep::all::panics_otherwise", "FAILED"],
    ["deep::all::does_not_panic", "FAILED"],
    ["deep::all::throws", "FAILED"],
    ["deep::all::overflows", "FAILED"],
    ["deep::all::waits_for_nothing", "FAILED"],
    ["deep::all::powers_off", "FAILED"],
    ["deep::all::awaits", "ok"],
    ["deep::all::loops", "FAILED"],
    ["deep::all::after_the_loop", "ok"],
    ["index::it_works", "ok"],
  ]);
  expect(stdout).toContain("test result: FAILED. 4 passed; 8 failed; 0 filtered out.");
  expect(stdout).toContain(
    "---- src/deep/all.ktest.ts:7:3 - lib::deep::all::fails ----\n\n" +
      "[caught panic] memory is there\n\nwhat the system printed:\n    about to fail\n",
  );
  expect(stdout).toContain("[caught panic] by accident\nexpected a panic with: deliberate");
  expect(stdout).toContain("[caught panic] out of range");
  expect(stdout).toContain("the test powered the system off with code 0");
  expect(stdout).toContain("the test did not end within 2 s");
  expect(stdout).toMatch(
    /\[caught panic\] a task awaits a promise that no part[^]*printed:\n {4}waiting\n/,
  );
  expect(stdout).toContain("[caught panic] Maximum call stack size exceeded");
  const junit = readFileSync(join(project, "out", "j.xml"), "utf8");
  expect(junit).toContain('<testsuite name="lib" tests="12" failures="8"');
});

test("a name chooses the tests that contain it; TAP may go to standard output", async () => {
  const { code, stdout, stderr } = await osdk(project, "test", "should", "--tap", "-");
  expect(code).toBe(0);
  expect(stdout).toBe("TAP version 14\n1..1\nok 1 - lib::deep::all::panics_as_it_should\n");
  expect(stderr).toContain("test result: ok. 1 passed; 0 failed; 11 filtered out.");
});

test("coverage is measured by line and merged with that of the unit tests", async () => {
  mkdirSync(join(project, "coverage"), { recursive: true });
  const unit =
    "TN:\nSF:src/other.ts\nDA:1,4\nend_of_record\nSF:src/index.ts\nDA:4,1\nend_of_record\n";
  writeFileSync(join(project, "coverage", "lcov.info"), unit);
  const { code, stdout } = await osdk(project, "test", "it_works", "--coverage");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^src\/index\.ts +100\.0 % +100\.0 % +100\.0 %$/m);
  const ktest = readFileSync(join(project, "coverage", "ktest.info"), "utf8");
  expect(ktest).toMatch(/SF:src\/index\.ts\n(DA:\d+,\d+\n)*DA:5,[12]\n/);
  const merged = readFileSync(join(project, "coverage", "merged.info"), "utf8");
  expect(merged).toContain("SF:src/other.ts\nDA:1,4\n");
  expect(merged).toMatch(/SF:src\/index\.ts\n(DA:\d+,\d+\n)*DA:4,2\n/);
});

test("tests that had to be ended take no coverage of others with them", async () => {
  const helper = ["first", "waiting"].map((name) => `export const ${name} = () =>\n  1;\n`);
  writeFileSync(join(project, "src", "helper.ts"), helper.join(""));
  writeFileSync(
    join(project, "src", "kept.ktest.ts"),
    `import { ktest } from "@aster/ostd/ktest";
import { first, waiting } from "./helper.ts";
ktest("kept_first", () => void first());
ktest("kept_waits", async () => {
  waiting();
  await new Promise(() => undefined);
});
ktest("kept_loops", () => {
  for (;;);
});
`,
  );
  const args = ["test", "kept_", "--coverage", "--timeout", "1"];
  const { code, stdout } = await osdk(project, ...args);
  expect(code).toBe(1);
  expect(stdout).toContain("1 passed; 2 failed");
  expect(stdout).toMatch(/^src\/helper\.ts +100\.0 % /m);
});

test("a wrong time, and tests outside a project, are refused", async () => {
  expect(await osdk(project, "test", "--timeout", "soon")).toMatchObject({
    code: 2,
    stderr: "osdk: --timeout soon: expected a number of seconds, at most 86400\n",
  });
  expect(await osdk(directory.path, "test")).toMatchObject({
    code: 3,
    stderr: "osdk: there is no project here; `osdk new NAME` makes one\n",
  });
});
