// SPDX-License-Identifier: MPL-2.0

// Needs a build of all packages.

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "@jest/globals";
import { osdk, temporaryDirectory } from "./cli.ts";

const CLIENT = fileURLToPath(new URL("debug-client.mjs", import.meta.url));
const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const directory = temporaryDirectory();
afterAll(() => directory.remove());

interface Session {
  readonly code: number;
  readonly printed: string;
  readonly stops: readonly { readonly source: string; readonly line: number }[];
}

/** Runs `osdk ARGS…` under a debugger with a breakpoint on the line of `file` that has `pattern`. */
function debug(file: string, pattern: string, cwd: string, ...args: string[]): Promise<Session> {
  const words = ["--experimental-websocket", CLIENT, file, pattern, cwd, ...args];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, words, { timeout: 50_000 }, (error, stdout) => {
      if (error === null) resolve(JSON.parse(stdout) as Session);
      else reject(error);
    });
  });
}

function lineOf(file: string, pattern: string): number {
  return (
    readFileSync(file, "utf8")
      .split("\n")
      .findIndex((line) => line.includes(pattern)) + 1
  );
}

test("a breakpoint in a project's source binds, and stops while its kernel runs", async () => {
  await osdk(directory.path, "new", "--kernel", "myos");
  const project = join(directory.path, "myos");
  const file = join(project, "src", "main.ts");
  const { code, printed, stops } = await debug("myos/src/main.ts", "println(", project, "run");
  expect(stops).toMatchObject([{ source: file, line: lineOf(file, "println(") }]);
  expect(printed).toBe("Hello world from guest kernel!\n");
  expect(code).toBe(0);
});

test("a breakpoint in the kernel's write.ts binds, and stops while a program runs", async () => {
  const file = join(ROOT, "packages", "kernel", "src", "syscall", "write.ts");
  const pattern = "thread.files.get(";
  const run = ["run", "--", "echo", "hi"];
  const { code, printed, stops } = await debug(
    "/kernel/src/syscall/write.ts",
    pattern,
    ROOT,
    ...run,
  );
  expect(stops).toMatchObject([{ source: file, line: lineOf(file, pattern) }]);
  expect(printed).toBe("hi\n");
  expect(code).toBe(0);
});
