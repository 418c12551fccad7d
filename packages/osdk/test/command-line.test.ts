// SPDX-License-Identifier: MPL-2.0

// Needs a build of all packages.

import { spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "@jest/globals";
import { osdk, PROGRAM, temporaryDirectory } from "./cli.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const directory = temporaryDirectory();
afterAll(() => directory.remove());

test("help and complaints go where they belong", async () => {
  const help = await osdk(directory.path, "run", "--help");
  expect(help).toMatchObject({ code: 0, stderr: "" });
  expect(help.stdout).toMatch(/^Usage: osdk run /);
  expect(await osdk(directory.path, "rnu")).toEqual({
    code: 2,
    stdout: "",
    stderr: 'osdk: unknown command "rnu". Did you mean run? (see: osdk help)\n',
  });
  const { stdout } = await osdk(ROOT, "run", "--dry-run", "--", "ls", "--help");
  expect(stdout).not.toContain("Usage: osdk");
});

test("a wrong command line of run has its own exit code", async () => {
  expect((await osdk(directory.path, "run", "--bogus")).code).toBe(125);
  const { stderr } = await osdk(directory.path, "run", "--scheme", "x");
  expect(stderr).toMatch(/unknown scheme "x"/);
});

test("doctor tells what is there; Node alone is needed", async () => {
  const { code, stdout } = await osdk(directory.path, "doctor");
  expect(stdout).toMatch(/^node +ok +20|^node +ok +2\d/m);
  expect(stdout).toMatch(/^qemu-system-x86_64 +(ok|absent)/m);
  expect(code).toBe(0);
});

test("doctor names what is missing, and the one command that installs it", () => {
  const { status, stdout } = spawnSync(process.execPath, [PROGRAM, "doctor"], {
    encoding: "utf8",
    env: { PATH: directory.path },
  });
  for (const name of ["gcc", "qemu-system-x86_64", "grub-mkrescue", "xorriso", "mformat"]) {
    expect(stdout).toMatch(new RegExp(`^${name} +absent +for .*: apt-get install \\w`, "m"));
  }
  expect(stdout).toMatch(
    /^all that is absent: apt-get install .*gcc binutils qemu-system-x86 .*grub-efi-amd64-bin xorriso mtools/m,
  );
  expect(status).toBe(0);
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
    // What the next boot needs stands by already. Other work on the machine must not decide.
    const start = performance.now();
    await osdk(project, "run");
    expect(Math.min(...times)).toBeLessThan(performance.now() - start);
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
