// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const FIXTURE = fileURLToPath(new URL("fixtures/raw-terminal.mjs", import.meta.url));

/**
 * Runs the fixture on a terminal of its own (script(1), of util-linux), and then asks
 * stty for the state that it left; resolves to all that the terminal showed.
 */
function onTerminal(args: string, input = ""): Promise<string> {
  const node = `'${process.execPath}' --no-warnings '${FIXTURE}' ${args} 2>/dev/null`;
  const command = `stty rows 30 cols 100; ${node}; stty -a`;
  const child = spawn("script", ["-qefc", `sh -c "${command}"`, "/dev/null"]);
  let shown = "";
  return new Promise((resolve, reject) => {
    child.stdout.on("data", (bytes: Buffer) => {
      shown += bytes.toString();
      if (input !== "" && shown.includes("raw true")) {
        child.stdin.write(input);
        input = "";
      }
    });
    child.on("error", reject);
    child.on("close", () => resolve(shown));
  });
}

test.each([
  "return",
  "exit",
  "throw",
  "reject",
  "signal SIGTERM",
  "signal SIGINT",
  "signal SIGHUP",
  "signal SIGQUIT",
])("the terminal is as it was after: %s", async (how) => {
  const shown = await onTerminal(how);
  expect(shown).toContain("raw true 100 30");
  expect(shown).toMatch(/ icanon /);
  expect(shown).toMatch(/ echo /);
  expect(shown).toMatch(/(^|\s)isig /);
});

test("in raw mode a line feed is no carriage return", async () => {
  expect(await onTerminal("print")).toMatch(/one\ntwo\r\n/);
});

test("in raw mode Ctrl-C is a key", async () => {
  expect(await onTerminal("key", "\x03")).toContain("key 3");
});

test("a new window size is told", async () => {
  expect(await onTerminal("resize")).toContain("resized 120 40");
});
