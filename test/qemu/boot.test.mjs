// SPDX-License-Identifier: MPL-2.0
//
// Boots kernels in QEMU as a user would: by `osdk run` and `osdk test`. Without QEMU and what
// images are built with, all of it is skipped.

import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { linuxInQemu } from "../../packages/osdk/dist/index.js";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");
const OSDK = join(ROOT, "packages/osdk/bin/aster-osdk.js");
const HELLO = join(ROOT, "examples/hello-kernel");
const OVMF = "/usr/share/ovmf/OVMF.fd";
const TIMEOUT_SECONDS = "240";

/** @param {string} program */
function isThere(program) {
  try {
    execFileSync("sh", ["-c", `command -v ${program}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const missing = ["qemu-system-x86_64", "gcc", "musl-gcc"].filter((name) => !isThere(name));
const missingGrub = ["grub-mkrescue", "xorriso", "mformat"].filter((name) => !isThere(name));
/** @param {readonly string[]} names */
const skip = (names) => (names.length > 0 ? `${names.join(", ")} not installed` : false);

/**
 * @param {readonly string[]} args
 * @param {{ cwd?: string, input?: string }} [how]
 * @returns {Promise<{ code: number, stdout: string, stderr: string }>}
 */
function osdk(args, { cwd = ROOT, input = "" } = {}) {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [OSDK, ...args], { cwd }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
    });
    child.stdin?.end(input);
  });
}

/** @type {readonly [string, readonly string[]][]} */
const METHODS = [
  ["qemu-direct", ["--boot-method", "qemu-direct"]],
  ["multiboot2 on BIOS", ["--boot-method", "grub-rescue-iso"]],
  ["multiboot on BIOS", ["--boot-method", "grub-rescue-iso", "--grub-boot-protocol", "multiboot"]],
  ["qcow2", ["--boot-method", "grub-qcow2"]],
  ["multiboot2 on UEFI", ["--boot-method", "grub-rescue-iso", "--qemu-args", `-bios ${OVMF}`]],
];

describe("osdk run in QEMU", { skip: skip(missing) }, () => {
  for (const [name, options] of METHODS) {
    const needs = options.includes("qemu-direct") ? [] : missingGrub;
    const noUefi = name.includes("UEFI") && !existsSync(OVMF) ? ["ovmf"] : [];
    test(
      `${name}: a command has files and an exit code of its own`,
      {
        skip: skip([...needs, ...noUefi]),
      },
      async () => {
        const script = "cat; echo err >&2; exit 7";
        const run = ["run", ...options, "--timeout", TIMEOUT_SECONDS, "--", "sh", "-c", script];
        const { code, stdout, stderr } = await osdk(run, { input: "from the host\n" });
        assert.equal(stdout, "from the host\n", stderr);
        assert.match(stderr, /^err$/m);
        assert.equal(code, 7);
      },
    );
  }

  // The firmware drives the disks too: it reserves memory for each, and it might boot one.
  for (const [name, options] of /** @type {const} */ ([
    ["qemu-direct on q35", ["--boot-method", "qemu-direct", "--qemu-args", "-machine q35"]],
    ["grub-rescue-iso", ["--boot-method", "grub-rescue-iso"]],
    ["grub-qcow2", ["--boot-method", "grub-qcow2"]],
  ])) {
    const needs = options.includes("qemu-direct") ? [] : missingGrub;
    test(
      `${name}: disks with boot sectors are there, and are not booted`,
      { skip: skip(needs) },
      async () => {
        const folder = mkdtempSync(join(tmpdir(), "aster-disks-"));
        try {
          // A jump to itself, and the mark of a boot sector.
          const disk = Buffer.alloc(1024 * 1024);
          disk.set([0xeb, 0xfe]);
          disk.set([0x55, 0xaa], 510);
          const disks = ["a", "b", "c", "d"].map((letter) => join(folder, letter));
          for (const file of disks) writeFileSync(file, disk);
          const given = disks.flatMap((file) => ["--disk", file]);
          const run = ["run", ...options, ...given, "--timeout", TIMEOUT_SECONDS];
          const { code, stdout, stderr } = await osdk([
            ...run,
            "--",
            "grep",
            "1024",
            "/proc/partitions",
          ]);
          assert.deepEqual(stdout.match(/vd./g), ["vda", "vdb", "vdc", "vdd"], stderr);
          assert.equal(code, 0);
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
      },
    );
  }

  test("a processor that is none for the kernel is told", async () => {
    for (const cpu of ["qemu32", "max,-nx"]) {
      const how = ["--boot-method", "qemu-direct", "--qemu-args", `-cpu ${cpu}`];
      const { code, stderr } = await osdk([
        "run",
        ...how,
        "--timeout",
        TIMEOUT_SECONDS,
        "--",
        "ls",
      ]);
      assert.match(stderr, /this CPU has no long mode, or no no-execute pages/);
      assert.equal(code, 101);
    }
  });

  test("runs at the same time run each its own command", { skip: skip(missingGrub) }, async () => {
    const run = ["run", "--boot-method", "grub-rescue-iso", "--timeout", TIMEOUT_SECONDS];
    const codes = [3, 4, 5].map(async (code) => {
      const outcome = await osdk([...run, "--", "sh", "-c", `exit ${code}`]);
      return outcome.code;
    });
    assert.deepEqual(await Promise.all(codes), [3, 4, 5]);
  });

  test("a project's kernel prints, and its power-off is the exit code", async () => {
    const options = ["--boot-method", "qemu-direct", "--timeout", TIMEOUT_SECONDS];
    const cwd = join(ROOT, "examples/hello-kernel");
    const { code, stdout } = await osdk(["run", ...options], { cwd });
    assert.equal(stdout, "Hello, world\n");
    assert.equal(code, 0);
  });

  test("a panic tells its place, the program's registers and its last calls, and has a code", async () => {
    // The kernel of the example, with a panic in the system call that its program makes first.
    const folder = mkdtempSync(join(tmpdir(), "aster-panic-"));
    try {
      for (const name of ["OSDK.toml", "package.json", "tsconfig.json", "src"]) {
        cpSync(join(HELLO, name), join(folder, name), { recursive: true });
      }
      symlinkSync(join(HELLO, "node_modules"), join(folder, "node_modules"));
      const file = join(folder, "src/main.ts");
      const lines = readFileSync(file, "utf8").split("\n");
      const at = lines.findIndex((line) => line.includes("printBytes(bytes.subarray("));
      lines[at] = '      panic("the end of the kernel");';
      writeFileSync(file, lines.join("\n"));
      const args = ["run", "--boot-method", "qemu-direct", "--timeout", TIMEOUT_SECONDS];
      const { code, stdout, stderr } = await osdk(args, { cwd: folder });
      assert.equal(code, 101, stderr);
      assert.match(stdout, /^Kernel panic: the end of the kernel$/m);
      assert.match(stdout, new RegExp(`at handleSyscall \\(src/main\\.ts:${at + 1}:`));
      assert.match(stdout, /at userTask \(src\/main\.ts:\d+:\d+\)/);
      assert.match(stdout, /rax 0000000000000001 {2}rcx 000000000040/);
      assert.match(stdout, /rip 000000000040[0-9a-f]{4} {2}flags 0000000000000202 {2}trap 256/);
      assert.match(
        stdout,
        /last system calls:\s+thread 0: syscall 1\(0x1, 0x402000, 0xd,.*\) = \?/,
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("what was built whole is not built again, and what is broken is", async () => {
    const cwd = join(ROOT, "examples/hello-kernel");
    const build = ["build", "--boot-method", "qemu-direct"];
    const first = await osdk(build, { cwd });
    assert.equal(first.code, 0, first.stderr);
    const again = await osdk(build, { cwd });
    assert.doesNotMatch(again.stderr, /built the image/);
    const [, elf = ""] = /(\S+\.elf) boots/.exec(again.stderr) ?? [];
    truncateSync(join(cwd, elf), 1000);
    const mended = await osdk(build, { cwd });
    assert.match(mended.stderr, /built the image/);
  });

  test("a guest that takes too long is ended, with a code that says so", async () => {
    const options = ["--boot-method", "qemu-direct", "--timeout", "5"];
    const { code, stderr } = await osdk(["run", ...options, "--", "sleep", "1000"]);
    assert.match(stderr, /did not end within 5 s/);
    assert.equal(code, 124);
  });

  test("copies of a booted machine run commands, and see nothing of each other", async () => {
    const { makeTemplate } = await linuxInQemu();
    const template = await makeTemplate();
    try {
      const script = "ls /tmp; cat; echo >/tmp/left; exit $1";
      const files = [{ path: "/tmp/script", bytes: Buffer.from(script) }];
      const outcomes = await Promise.all(
        ["3", "4"].map((code) =>
          template.run({
            argv: ["/bin/sh", "/tmp/script", code],
            files,
            stdin: Buffer.from(`${code}\n`),
            timeoutMs: 240_000,
          }),
        ),
      );
      outcomes.push(await template.run({ argv: ["ls", "/tmp"], timeoutMs: 240_000 }));
      assert.deepEqual(
        outcomes.map(({ stdout, exitCode }) => [Buffer.from(stdout).toString(), exitCode]),
        [
          ["script\n3\n", 3],
          ["script\n4\n", 4],
          ["", 0],
        ],
      );
      const endless = template.run({ argv: ["sleep", "1000"], timeoutMs: 3000 });
      await assert.rejects(endless, /did not end within 3000 ms/);
    } finally {
      template.close();
    }
  });

  test("kernel-mode tests of the kernel pass", async () => {
    const { code, stdout } = await osdk(["test", "--boot-method", "qemu-direct"]);
    assert.match(stdout, /test result: ok\. [1-9]\d* passed; 0 failed/);
    assert.equal(code, 0);
  });
});
