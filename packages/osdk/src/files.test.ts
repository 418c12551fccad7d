// SPDX-License-Identifier: MPL-2.0

import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { describeFileError, isFileError, makeFolder, replaceFile, writeFile } from "./files.ts";

const directory = mkdtempSync(join(tmpdir(), "osdk-files-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** What is told when `run` fails. */
function told(run: () => void): string {
  try {
    run();
  } catch (error) {
    return isFileError(error) ? describeFileError(error) : String(error);
  }
  return "";
}

test("a file is replaced as a whole, and keeps its mode", () => {
  const file = join(directory, "script");
  replaceFile(file, "one");
  chmodSync(file, 0o750);
  replaceFile(file, "two");
  expect(readFileSync(file, "utf8")).toBe("two");
  expect(statSync(file).mode & 0o777).toBe(0o750);
  expect(readdirSync(directory)).toEqual(["script"]);
});

test("folders are made where they are missing", () => {
  makeFolder(join(directory, "a", "b", "c"));
  makeFolder(join(directory, "a", "b", "c"));
  expect(statSync(join(directory, "a", "b", "c")).isDirectory()).toBe(true);
});

test("a failure tells what, with which file, and why", () => {
  const script = join(directory, "script");
  expect(told(() => makeFolder(join(script, "x")))).toBe(
    `cannot make the folder ${script}/x: not a directory`,
  );
  expect(told(() => makeFolder(script))).toBe(
    `cannot make the folder ${script}: file already exists`,
  );
  expect(told(() => makeFolder("/proc/osdk"))).toMatch(/^cannot make the folder \/proc\/osdk: /);
  expect(told(() => writeFile("/dev/full", "x"))).toBe(
    "cannot write /dev/full: no space left on device",
  );
  expect(told(() => readFileSync(join(directory, "none")))).toBe(
    `cannot open ${directory}/none: no such file or directory`,
  );
});
