// SPDX-License-Identifier: MPL-2.0

// Needs a build of all packages: projects are made, built and booted as a user does it.

import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { boot } from "@aster/sandbox";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { osdk, temporaryDirectory } from "./cli.ts";

const directory = temporaryDirectory();
const at = (...parts: string[]): string => join(directory.path, ...parts);
afterAll(() => directory.remove());

describe("a new kernel", () => {
  beforeAll(async () => {
    const { code, stderr } = await osdk(directory.path, "new", "--kernel", "myos");
    expect(stderr).toBe("osdk: created the kernel myos; next: cd myos && pnpm osdk run\n");
    expect(code).toBe(0);
  });

  test("boots and prints its line", async () => {
    expect(await osdk(at("myos"), "run")).toEqual({
      code: 0,
      stdout: "Hello world from guest kernel!\n",
      stderr: "",
    });
  });

  test("passes check and lint, and has no tests yet", async () => {
    expect((await osdk(at("myos"), "check")).code).toBe(0);
    expect((await osdk(at("myos"), "lint")).code).toBe(0);
    const { code, stdout } = await osdk(at("myos"), "test");
    expect(code).toBe(0);
    expect(stdout).toContain("test result: ok. 0 passed; 0 failed; 0 filtered out.");
  });

  test("builds to a bundle with a source map, which boots too", async () => {
    const { code, stderr } = await osdk(at("myos"), "build", "--release", "--output", "out");
    expect(code).toBe(0);
    expect(stderr).toMatch(/^osdk: built the kernel myos in \d+ ms: out\/myos\.js, 1\.\d KiB\n$/);
    const map = JSON.parse(readFileSync(at("myos", "out", "myos.js.map"), "utf8")) as unknown;
    expect(map).toMatchObject({
      sources: expect.arrayContaining(["../src/main.ts"]),
    });
    const { stdout } = await osdk(at("myos"), "run", "--bundle", "out/myos.js");
    expect(stdout).toBe("Hello world from guest kernel!\n");
    // Embedders boot it in a worker.
    const system = await boot({ mode: "kernel", kernel: at("myos", "out", "myos.js") });
    expect(await new Response(system.console.output).text()).toBe(stdout);
    expect(await system.ended).toMatchObject({ reason: "power-off", code: 0 });
  });

  test("has the guest's exit code, command line and arguments", async () => {
    write("myos/src/main.ts", [
      'import { type Kernel, bootInfo, main, poweroff, println } from "@aster/ostd";',
      "const kernel: Kernel = main(() => {",
      "  println(bootInfo().kernelCommandLine);",
      "  poweroff(7);",
      "});",
      "export default kernel;",
    ]);
    const { code, stdout } = await osdk(at("myos"), "run", "--kcmd-args=a=1", "--", "sh", "-l");
    expect(code).toBe(7);
    expect(stdout).toMatch(/^a=1 .*-- sh -l\n$/);
  });

  test("that panics says where, in its source", async () => {
    write("myos/src/main.ts", [
      'import { type Kernel, main, panic } from "@aster/ostd";',
      "function fail(): never {",
      '  panic("broken");',
      "}",
      "const kernel: Kernel = main(() => fail());",
      "export default kernel;",
    ]);
    const { code, stdout } = await osdk(at("myos"), "run");
    expect(code).toBe(1);
    expect(stdout).toMatch(/Kernel panic: broken\n[^]*fail .*myos\/src\/main\.ts:3:3/);
  });

  test.each([
    ["with a syntax error", "const = 1;", 7, /src\/main\.ts:1:6/],
    ["with a host's module", 'import fs from "node:fs"; fs;', 7, /is a module of the host/],
    ["with OSTD's inside", 'import "@aster/ostd/boot";', 7, /"@aster\/ostd\/boot" is not for ke/],
    ["with no default export", "export const x = 1;", 8, /expected `export default main\(…\)`/],
    [
      "that throws at once",
      "throw new Error('early');",
      8,
      /modules can not be evaluated\nError: early/,
    ],
  ])("%s is refused with a reason", async (_what, source, buildCode, message) => {
    write("myos/src/main.ts", [source]);
    const run = await osdk(at("myos"), "run");
    expect(run.code).toBe(125);
    expect(run.stderr).toMatch(message);
    expect(run.stderr).not.toContain("internal error");
    if (buildCode === 7) expect((await osdk(at("myos"), "build")).code).toBe(7);
  });

  test("takes no options of the Linux-compatible kernel", async () => {
    const { code, stderr } = await osdk(at("myos"), "run", "--strace");
    expect(code).toBe(125);
    expect(stderr).toBe(
      "osdk: --strace is for the Linux-compatible kernel, and this is another one\n",
    );
  });
});

describe("a new library", () => {
  beforeAll(async () => {
    expect((await osdk(directory.path, "new", "mylib")).code).toBe(0);
  });

  test("passes its test, check and lint", async () => {
    const { code, stdout } = await osdk(at("mylib"), "test");
    expect(stdout).toContain("test mylib::index::it_works ... ok\n");
    expect(stdout).toContain("test result: ok. 1 passed; 0 failed; 0 filtered out.");
    expect(code).toBe(0);
    expect((await osdk(at("mylib"), "check")).code).toBe(0);
    expect((await osdk(at("mylib"), "lint")).code).toBe(0);
  });

  test("can not be run", async () => {
    const { code, stderr } = await osdk(at("mylib"), "run");
    expect(code).toBe(125);
    expect(stderr).toMatch(/^osdk: mylib is a library, which can not be run/);
  });

  test("fails check for a wrong type and lint for unsafe code", async () => {
    write("mylib/src/bad.ts", ["export const x: number = String(process);"]);
    expect((await osdk(at("mylib"), "check")).code).toBe(1);
    const { code, stdout } = await osdk(at("mylib"), "clippy");
    expect(code).toBe(1);
    expect(stdout).toContain("@aster/no-unsafe-global");
  });
});

describe("a workspace", () => {
  test("gets kernel and library as members, with one manifest", async () => {
    mkdirSync(at("ws"));
    writeFileSync(at("ws", "pnpm-workspace.yaml"), "packages: []\n");
    expect((await osdk(at("ws"), "new", "--kernel", "kern")).code).toBe(0);
    const { stderr } = await osdk(at("ws"), "new", "lib");
    expect(stderr).toContain(`created the library lib in the workspace ${at("ws")}`);
    expect(readFileSync(at("ws", "pnpm-workspace.yaml"), "utf8")).toMatch(
      /^packages: \[kern, lib\]\n/,
    );

    // What `pnpm install` does for a dependency on "workspace:*".
    symlinkSync("../../lib", at("ws", "kern", "node_modules", "lib"));
    write("ws/kern/src/main.ts", [
      'import { type Kernel, main, println } from "@aster/ostd";',
      'import { availableMemory } from "lib";',
      "const kernel: Kernel = main(() => {",
      "  println(`The available memory is ${Math.round(availableMemory() / 1e6)} MB`);",
      "});",
      "export default kernel;",
    ]);
    for (const place of ["ws", "ws/kern"]) {
      const { stdout } = await osdk(at(place), "run");
      expect(stdout).toMatch(/^The available memory is 2\d\d MB\n$/);
    }
    expect((await osdk(at("ws/lib"), "run")).stderr).toMatch(/lib is a library/);
  });

  test("tests all members from its root, and one from a member's folder", async () => {
    write("ws/kern/src/os.ktest.ts", [
      'import { ktest } from "@aster/ostd/ktest";',
      'ktest("os_test", () => undefined);',
    ]);
    const all = await osdk(at("ws"), "test");
    expect(all.stdout).toMatch(
      /running 2 tests in 2 crates[^]*kern::os::os_test[^]*lib::index::it_works/,
    );
    const one = await osdk(at("ws/kern"), "test");
    expect(one.stdout).toContain("running 1 tests in 1 crates");
    const named = await osdk(at("ws"), "test", "it_w");
    expect(named.stdout).toContain('skipping crate "kern".');
  });

  test("has one kernel", async () => {
    expect((await osdk(at("ws"), "new", "--kernel", "kern2")).code).toBe(0);
    expect((await osdk(at("ws"), "run")).stderr).toMatch(/has 2 kernels \(kern, kern2\)/);
    expect((await osdk(at("ws/kern2"), "run")).stdout).toBe("Hello world from guest kernel!\n");
  });
});

describe("new refuses", () => {
  test.each([
    [["new", "../x"], 9, /expected a name, not a path/],
    [["new", "mylib"], 1, /mylib exists; choose another name/],
    [["new", "dangling"], 1, /dangling exists; choose another name/],
    [["new", "x", "--packages", "nowhere"], 2, /--packages nowhere: ENOENT/],
  ])("%j", async (args, code, message) => {
    if (args.includes("dangling")) symlinkSync("nowhere", at("dangling"));
    const result = await osdk(directory.path, ...args);
    expect(result.stderr).toMatch(message);
    expect(result.code).toBe(code);
  });

  // A process of root's may write everywhere.
  (process.getuid?.() === 0 ? test.skip : test)("a folder that can not be written", async () => {
    mkdirSync(at("readonly"), { mode: 0o555 });
    expect(await osdk(at("readonly"), "new", "x")).toEqual({
      code: 6,
      stdout: "",
      stderr: `osdk: cannot make a folder in ${at("readonly")}: permission denied\n`,
    });
  });
});

function write(file: string, lines: readonly string[]): void {
  writeFileSync(at(file), `${lines.join("\n")}\n`);
}
