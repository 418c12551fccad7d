// SPDX-License-Identifier: MPL-2.0
//
// One guest of the fuzzer: its image, its disk, and the run.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MemoryBlockBackend, seededEntropy, VirtualClock } from "@aster/machine";
import { addFilesToImage, startSystem } from "@aster/sandbox";

import { CheckedKernel } from "../state/check.mjs";
import { tableHeader } from "./table.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const BUILD = join(HERE, "../.build/fuzz");
const PORT = "aster.fuzz";
const STRACE_PORT = "aster.strace";
/** A guest that does not end by itself within this real time hangs. */
const HANG_MS = 240_000;
const DISK_BYTES = 4 * 1024 * 1024;

/** The fuzzer as an initramfs, compiled anew: it has the calls of this kernel in it. */
export function buildImage() {
  mkdirSync(BUILD, { recursive: true });
  writeFileSync(join(BUILD, "calls.h"), tableHeader());
  const output = join(BUILD, "fuzz");
  const flags = ["-std=gnu11", "-O2", "-static", "-Wall", "-Wextra", "-fno-stack-protector"];
  const source = join(HERE, "fuzz.c");
  const result = spawnSync("musl-gcc", [...flags, "-I", BUILD, "-o", output, source], {
    encoding: "utf8",
  });
  if (result.error !== undefined) {
    throw new Error(`musl-gcc cannot be run (${result.error.message}): apt-get install musl-tools`);
  }
  if (result.status !== 0) throw new Error(`musl-gcc failed:\n${result.stderr}`);
  const bytes = readFileSync(output);
  return addFilesToImage(new Uint8Array(0), [{ path: "/init", bytes, mode: 0o755 }]);
}

/** An empty ext2 file system; undefined where e2fsprogs is missing: there is no disk then. */
export function makeDisk() {
  const folder = mkdtempSync(join(tmpdir(), "fuzz-"));
  try {
    const file = join(folder, "disk");
    writeFileSync(file, new Uint8Array(DISK_BYTES));
    const options = ["-q", "-F", "-b", "1024", "-U", "00000000-0000-0000-0000-000000000001"];
    const made = spawnSync("mke2fs", ["-t", "ext2", ...options, file], {
      env: { ...process.env, E2FSPROGS_FAKE_TIME: "946684800" },
    });
    return made.status === 0 ? new Uint8Array(readFileSync(file)) : undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What e2fsck says of the disk afterwards; empty when it is clean. */
function checkDisk(bytes) {
  const folder = mkdtempSync(join(tmpdir(), "fuzz-"));
  try {
    const file = join(folder, "disk");
    writeFileSync(file, bytes);
    const checked = spawnSync("e2fsck", ["-f", "-n", file], { encoding: "utf8" });
    return checked.status === 0 ? "" : `e2fsck: ${checked.status}\n${checked.stdout}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * One guest to its end. `observer`: for those who look for the cause of a failure.
 *
 * @param {{image: Uint8Array, disk?: Uint8Array, seed: number, calls: number, trace?: import("node:stream").Writable, observer?: import("@aster/kernel/inspect").KernelObserver}} options
 * @returns {Promise<{report: string, problems: string[], checked: CheckedKernel}>}
 */
export async function runGuest({ image, disk, seed, calls, trace, observer }) {
  const checked = new CheckedKernel(observer);
  const bytes = disk?.slice();
  const system = await startSystem({
    kernel: checked.kernel,
    initramfs: image,
    // Every other run meets schedules that are rare.
    kernelCommandLine:
      `loglevel=4 ${seed % 2 === 1 ? `aster.schedule=${seed} ` : ""}` +
      `${trace === undefined ? "" : "aster.strace "}-- ${seed} ${calls}`,
    memoryMiB: 64,
    clock: new VirtualClock(),
    entropy: seededEntropy(seed),
    tickInstructions: 1000 + ((seed * 7919) % 50_000),
    portNames: trace === undefined ? [PORT] : [PORT, STRACE_PORT],
    // The second disk is there to be written to, below its file system.
    disks: disk === undefined ? [] : [bytes, disk.slice()].map((d) => new MemoryBlockBackend(d)),
  });
  let report = "";
  system.console.port(PORT).output = (bytes) => {
    report += Buffer.from(bytes).toString("latin1");
    return true;
  };
  if (trace !== undefined) {
    system.console.port(STRACE_PORT).output = (bytes) => {
      trace.write(Buffer.from(bytes));
      return true;
    };
  }
  const problems = [];
  const timer = setTimeout(() => {
    problems.push(`hang: the guest runs on after ${HANG_MS / 1000} s`);
    system.machine.stop(125);
  }, HANG_MS);
  const end = await system.ended;
  clearTimeout(timer);
  if (end.reason !== "power-off" || end.code !== 0) {
    problems.push(`the system ended by ${end.reason} with ${end.code}\n${end.logTail}`);
  }
  if (!/^done: /m.test(report)) problems.push("the fuzzer did not come to its end");
  if (/^hang: /m.test(report)) problems.push(report.trim());
  if (bytes !== undefined && end.reason === "power-off") {
    const unclean = checkDisk(bytes);
    if (unclean !== "") problems.push(unclean);
  }
  return { report: report.trim(), problems, checked };
}
