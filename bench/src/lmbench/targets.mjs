// SPDX-License-Identifier: MPL-2.0

// Where bench/programs/operations.c is run, each to lines of "NAME VALUE UNIT CHECK".

import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { addFilesToImage, loadBusybox, runCommand } from "@aster/sandbox";
import { debianKernel, NoLinux } from "./debian-kernel.mjs";

const QEMU = "qemu-system-x86_64";
const QEMU_LIMIT_MS = 280_000;
const LINE = /^[a-z0-9-]+ [0-9.e+-]+ us [0-9a-f]+$/;

const linesOf = (text) => text.split(/\r?\n/).filter((line) => LINE.test(line));

function native(program) {
  rmSync("/tmp/bench", { recursive: true, force: true });
  const result = spawnSync(program, [], { encoding: "utf8" });
  rmSync("/tmp/bench", { recursive: true, force: true });
  if (result.status !== 0) throw new Error(`${program}: ${result.stderr}`);
  return linesOf(result.stdout);
}

async function aster(program) {
  const { stdout, stderr, exitCode } = await runCommand({
    argv: ["/bin/operations"],
    files: [{ path: "/bin/operations", bytes: readFileSync(program), mode: 0o755 }],
  });
  if (exitCode !== 0) throw new Error(`on Aster: ${Buffer.from(stderr)}`);
  return linesOf(Buffer.from(stdout).toString());
}

/** Boots the kernel with the program as its first one. */
function linuxInQemu(kernel, program, folder) {
  const initramfs = join(folder, "initramfs");
  const bytes = readFileSync(program);
  const busybox = loadBusybox();
  writeFileSync(
    initramfs,
    addFilesToImage(new Uint8Array(0), [
      { path: "/init", bytes, mode: 0o755 },
      // A copy each: links are no more than names here, and the shell looks at its own.
      { path: "/bin/sh", bytes: busybox, mode: 0o755 },
      { path: "/dev/.keep", bytes: new Uint8Array(0) },
    ]),
  );
  const args = ["-accel", "tcg", "-cpu", "max", "-m", "256", "-no-reboot"];
  args.push("-display", "none", "-monitor", "none", "-serial", "stdio");
  args.push("-kernel", kernel.file, "-initrd", initramfs);
  args.push("-append", "console=ttyS0 quiet panic=-1 rdinit=/init");
  return new Promise((resolve, reject) => {
    const child = spawn(QEMU, args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let errors = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (errors += chunk));
    const timer = setTimeout(() => child.kill("SIGKILL"), QEMU_LIMIT_MS);
    child.on("error", reject);
    child.on("close", () => {
      clearTimeout(timer);
      const lines = linesOf(output);
      if (lines.length > 0) resolve(lines);
      else reject(new Error(`Linux in ${QEMU} told nothing: ${errors}${output.slice(-500)}`));
    });
  });
}

/**
 * @param {string} program operations.c, compiled
 * @returns {{name: string, run: () => Promise<string[]> | string[]}[]}
 */
export function lmbenchTargets(program, log) {
  const targets = [
    { name: "native", run: () => native(program) },
    { name: "aster", run: () => aster(program) },
  ];
  const folder = join(program, "..", "lmbench");
  mkdirSync(folder, { recursive: true });
  try {
    if (spawnSync(QEMU, ["--version"]).status !== 0) {
      throw new NoLinux(`${QEMU} is not installed: apt-get install qemu-system-x86`);
    }
    const kernel = debianKernel();
    log(`Linux ${kernel.version} in ${QEMU}`);
    targets.push({ name: "linux-tcg", run: () => linuxInQemu(kernel, program, folder) });
  } catch (error) {
    if (!(error instanceof NoLinux)) throw error;
    log(`without Linux in QEMU: ${error.message}`);
  }
  return targets;
}
