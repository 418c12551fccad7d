// SPDX-License-Identifier: MPL-2.0

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildLoop, parseLoop } from "../cpu/loops.mjs";

const SOURCE = fileURLToPath(new URL("../../programs/v86-init.c", import.meta.url));
const OUT = fileURLToPath(new URL("../../.build/cpu/", import.meta.url));
/** What v86 has: SSE2, and no 64-bit mode. */
const FLAGS = ["-m32", "-msse2", "-mfpmath=sse"];

/** What a loop gives natively when it is compiled for 32 bits. */
export function runNatively(name) {
  const run = spawnSync(buildFor32Bits(name), { encoding: "utf8" });
  return parseLoop(run.stdout, `${name} natively, for 32 bits`);
}

function buildFor32Bits(name) {
  try {
    return buildLoop(name, FLAGS);
  } catch (error) {
    throw new Error(
      `${error.message}\ngcc has to compile for 32 bits: apt-get install gcc-multilib`,
    );
  }
}

/** A cpio archive with the loops and an init that runs each of them; its file name. */
export function buildInitrd(names) {
  mkdirSync(OUT, { recursive: true });
  const init = `${OUT}v86-init`;
  const run = spawnSync("gcc", ["-O2", "-static", "-m32", "-o", init, SOURCE], {
    encoding: "utf8",
  });
  if (run.status !== 0) {
    throw new Error(`${run.stderr}\ngcc has to compile for 32 bits: apt-get install gcc-multilib`);
  }
  const entries = [
    directory("dev"),
    // The console of the kernel, before there is a devtmpfs (admin-guide/devices: 5:1).
    { name: "dev/console", mode: 0o20600, bytes: Buffer.alloc(0), device: [5, 1] },
    directory("loops"),
    { name: "init", mode: 0o100755, bytes: readFileSync(init), device: [0, 0] },
    ...names.map((name) => ({
      name: `loops/${name}`,
      mode: 0o100755,
      bytes: readFileSync(buildFor32Bits(name)),
      device: [0, 0],
    })),
    { name: "TRAILER!!!", mode: 0, bytes: Buffer.alloc(0), device: [0, 0] },
  ];
  const file = `${OUT}v86-initrd.cpio`;
  writeFileSync(file, Buffer.concat(entries.map(member)));
  return file;
}

const directory = (name) => ({ name, mode: 0o40755, bytes: Buffer.alloc(0), device: [0, 0] });

/** One file in the format "newc" (Linux, Documentation/driver-api/early-userspace/buffer-format). */
function member({ name, mode, bytes, device: [major, minor] }, index) {
  const fields = [
    index + 1,
    mode,
    0,
    0,
    1,
    0,
    bytes.length,
    0,
    0,
    major,
    minor,
    name.length + 1,
    0,
  ];
  const header = `070701${fields.map((f) => f.toString(16).padStart(8, "0")).join("")}${name}\0`;
  return Buffer.concat([pad(Buffer.from(header, "latin1")), pad(bytes)]);
}

const pad = (bytes) => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
