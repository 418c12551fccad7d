// SPDX-License-Identifier: MPL-2.0

import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { COMMANDS } from "./commands.ts";
import { runCommandLine } from "./yargs.ts";

let printed = "";
beforeEach(() => {
  printed = "";
  jest.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => {
  jest.restoreAllMocks();
});

/** Runs `osdk ARGS...`; what it prints. */
async function print(...args: string[]): Promise<string> {
  printed = "";
  expect(await runCommandLine(args, "1.2.3")).toBe(0);
  return printed;
}

describe("help", () => {
  test.each(COMMANDS.flatMap(({ name, aliases = [] }) => [name, ...aliases]))(
    "of %s is told by --help, -h and `help`",
    async (command) => {
      const text = await print(command, "--help");
      expect(text).toMatch(/^Usage: osdk /);
      expect(await print(command, "-h")).toBe(text);
      expect(await print("help", command)).toBe(text);
      for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
    },
  );

  test("names every command", async () => {
    const text = await print("--help");
    expect(await print("help")).toBe(text);
    for (const { name } of COMMANDS) expect(text).toMatch(new RegExp(`^  ${name} `, "m"));
  });

  test("of each command names its options, with what their values are called", async () => {
    for (const { name, options } of COMMANDS) {
      const text = await print(name, "--help");
      for (const option of options) expect(text).toContain(`--${option.name}`);
    }
    const run = await print("run", "--help");
    expect(run).toMatch(/^ {2}--strace\[=FILE\] {2,}traces/m);
    expect(run).toMatch(/^ {2}--boot-method METHOD [^]*one of builtin, qemu-direct,/m);
  });

  test("true to itself: docs/osdk.md has each command and each option, and no other", () => {
    const page = readFileSync(new URL("../../../../docs/osdk.md", import.meta.url), "utf8");
    const known = new Set(["--help", "--version"]);
    for (const { name, options } of COMMANDS) {
      expect(page).toContain(`## \`osdk ${name}`);
      for (const option of options) {
        for (const written of [`--${option.name}`, ...(option.aliases ?? [])]) {
          expect(page).toContain(`\`${written}`);
          known.add(written);
        }
      }
    }
    for (const [, option = ""] of page.matchAll(/^\| `(--[a-z0-9-]+)/gm)) {
      expect([...known]).toContain(option);
    }
  });

  test("of a version is one line", async () => {
    expect(await print("--version")).toBe("1.2.3\n");
  });
});

test.each([
  [[], /expected a command/],
  [["rnu"], /Did you mean run\?/],
  [["frobnicate"], /unknown command "frobnicate" \(see: osdk help\)/],
  [["help", "frobnicate"], /unknown command "frobnicate"/],
  [["--frobnicate"], /unknown option "--frobnicate"; expected a command first/],
  [["build", "--sheme", "x"], /unknown option "--sheme". Did you mean --scheme\?/],
  [["build", "extra"], /unknown argument "extra" \(see: osdk help build\)/],
  [["test", "a", "b"], /unknown argument "b"/],
  [["build", "--encoding", "zip"], /--encoding zip: expected one of raw, gzip, zlib/],
  [["new"], /expected NAME \(see: osdk help new\)/],
  [["new", "--kernel=yes", "x"], /--kernel takes no value/],
  [["new", "--kernel", "--library", "x"], /--kernel and --library exclude each other/],
  [["new", "--kernel", "-t", "lib", "x"], /--kernel and --type exclude each other/],
  [["new", "--type", "module", "x"], /--type module: expected one of kernel, library, lib/],
  [["new", "-t", "lib", "-t", "lib", "x"], /--type is given twice/],
  [["doctor", "--all"], /unknown option "--all"/],
  [["completion", "tcsh"], /completion of tcsh: expected one of bash, zsh, fish/],
  [["rootfs", "out"], /--packages: expected names of packages/],
  [["rootfs", "--packages", "a"], /expected OUT/],
])("%j is a wrong command line", async (args, message) => {
  await expect(runCommandLine(args, "1.2.3")).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringMatching(message) as unknown,
  });
  expect(printed).toBe("");
});
