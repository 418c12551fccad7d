// SPDX-License-Identifier: MPL-2.0

// Needs a build of all packages.

import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "@jest/globals";
import { osdk, PROGRAM, temporaryDirectory } from "./cli.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const directory = temporaryDirectory();
afterAll(() => directory.remove());

describe("help", () => {
  test.each([["new"], ["build"], ["run"], ["test"], ["check"], ["lint"], ["clippy"], ["doctor"]])(
    "of %s goes to standard output",
    async (command) => {
      const { code, stdout, stderr } = await osdk(directory.path, command, "--help");
      expect(code).toBe(0);
      expect(stdout).toMatch(/^Usage: osdk /);
      expect(stderr).toBe("");
    },
  );

  test("of run names every option of the manifest, the sandbox and its own", async () => {
    const { stdout } = await osdk(directory.path, "run", "--help");
    for (const option of [
      "--scheme",
      "--kcmd-args",
      "--watch",
      "--dry-run",
      "--memory",
      "--strace",
    ]) {
      expect(stdout).toContain(option);
    }
  });

  test("names every command, also by `help`", async () => {
    const [flag, command] = [
      await osdk(directory.path, "--help"),
      await osdk(directory.path, "help"),
    ];
    expect(command.stdout).toBe(flag.stdout);
    for (const name of ["new", "build", "run", "test", "check", "lint", "doctor", "completion"]) {
      expect(flag.stdout).toMatch(new RegExp(`^  osdk ${name}\\b`, "m"));
    }
  });

  test("true to itself: docs/osdk.md has each command and each option of their helps", async () => {
    const page = readFileSync(join(ROOT, "docs", "osdk.md"), "utf8");
    for (const command of ["new", "build", "run", "test", "check", "lint", "doctor"]) {
      expect(page).toContain(`## \`osdk ${command}`);
      const { stdout } = await osdk(directory.path, command, "--help");
      for (const [, option] of stdout.matchAll(/^ +(?:-\w, )?(--[a-z][a-z-]+)/gm)) {
        if (option === "--help" || option === "--version") continue;
        expect(page).toContain(`\`${option}`);
      }
    }
  });

  test("has the version of the package", async () => {
    const { version } = JSON.parse(
      readFileSync(join(ROOT, "packages/osdk/package.json"), "utf8"),
    ) as { version: string };
    expect((await osdk(directory.path, "--version")).stdout).toBe(`${version}\n`);
  });
});

describe("a wrong command line", () => {
  test.each([
    [[], /expected a command/],
    [["rnu"], /Did you mean run\?/],
    [["frobnicate"], /unknown command "frobnicate"/],
    [["build", "--sheme", "x"], /Unknown argument: sheme/],
    [["test", "a", "b"], /Unknown argument: b/],
    [["build", "--encoding", "zip"], /Invalid values:[^]*encoding/],
  ])("%j is told on standard error with exit code 2", async (args, message) => {
    const { code, stdout, stderr } = await osdk(directory.path, ...args);
    expect(stderr).toMatch(message);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });

  test("of run has its own exit code", async () => {
    expect((await osdk(directory.path, "run", "--bogus")).code).toBe(125);
    expect((await osdk(directory.path, "run", "--scheme", "x")).stderr).toMatch(
      /unknown scheme "x"/,
    );
  });
});

test("completion knows commands and options", async () => {
  expect((await osdk(directory.path, "completion")).stdout).toContain("osdk");
  const { stdout } = await osdk(directory.path, "--get-yargs-completions", "osdk", "do");
  expect(stdout).toContain("doctor");
});

test("doctor tells what is there; Node alone is needed", async () => {
  const { code, stdout } = await osdk(directory.path, "doctor");
  expect(stdout).toMatch(/^node +ok +20|^node +ok +2\d/m);
  expect(stdout).toMatch(/^qemu-system-x86_64 +(ok|absent)/m);
  expect(code).toBe(0);
});

describe("the schemes of the repository", () => {
  test.each([
    ["microvm", /^qemu-system-x86_64 -kernel \S+\/kernel\.elf .*-machine microvm/],
    ["iommu", /^grub-mkrescue -o \S+\.iso [^]*-device intel-iommu,/],
    ["tdx", /^grub-mkrescue [^]*qemu-img convert [^]*-object '\{ "qom-type": "tdx-guest", /],
    ["riscv", /^qemu-system-riscv64 .*-machine virt/],
  ])("%s: --dry-run prints the exact commands", async (scheme, command) => {
    const { code, stdout } = await osdk(ROOT, "run", "--scheme", scheme, "--dry-run");
    expect(stdout).toMatch(command);
    expect(code).toBe(0);
  });

  test.each(["tdx", "riscv"])("%s: run says why it can not", async (scheme) => {
    const run = await osdk(ROOT, "run", "--scheme", scheme);
    expect(run.stderr).toMatch(new RegExp(`the scheme "${scheme}" .* can not run here:\n  - `));
    expect(run.code).toBe(125);
  });

  test("a failing command in qemu.args is an error", async () => {
    const args = ["run", "--dry-run", "--boot-method=qemu-direct", "--qemu.args=$(exit 4)"];
    const { code, stderr } = await osdk(ROOT, ...args);
    expect(stderr).toBe("osdk: qemu.args: the command `exit 4` failed with exit code 4\n");
    expect(code).toBe(125);
  });
});

test("run --watch boots again as fast as a plain run, also after an error and a hang", async () => {
  await osdk(directory.path, "new", "--kernel", "watched");
  const project = join(directory.path, "watched");
  const main = join(project, "src", "main.ts");
  const source = readFileSync(main, "utf8");
  const child = spawn(process.execPath, [PROGRAM, "run", "--watch"], {
    cwd: project,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [printed, told] = ["", ""];
  child.stdout.on("data", (bytes: Buffer) => (printed += bytes.toString()));
  child.stderr.on("data", (bytes: Buffer) => (told += bytes.toString()));
  const until = async (holds: () => boolean): Promise<number> => {
    const start = performance.now();
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
    return performance.now() - start;
  };
  try {
    await until(() => printed.includes("Hello world") && told.includes("exit code 0"));
    writeFileSync(main, "const broken = ;");
    await until(() => told.includes("can not be bundled"));
    const times: number[] = [];
    for (const word of ["first", "second", "third"]) {
      writeFileSync(main, source.replace("Hello", word));
      times.push(await until(() => printed.includes(`${word} world`)));
    }
    // A plain run takes half a second on a quiet machine; other work on it must not decide.
    const start = performance.now();
    await osdk(project, "run");
    expect(Math.min(...times)).toBeLessThan(2 * (performance.now() - start));
    // A kernel that hangs is replaced as well.
    writeFileSync(main, source.replace("() => {", "() => { for (;;);"));
    await until(() => (told.match(/built in/g) ?? []).length >= 5);
    writeFileSync(main, source.replace("Hello", "last"));
    await until(() => printed.includes("last world"));
  } finally {
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGINT");
    expect(await gone).toBe(0);
  }
});
