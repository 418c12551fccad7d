// SPDX-License-Identifier: MPL-2.0

import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  CODE,
  CODE_SIZE,
  FS_BASE,
  GS_BASE,
  IMAGE_PAGES,
  IMAGE_SIZE,
  LINE,
  PAGE,
  SEGMENTS,
  VECTOR_TIMEOUT,
  baseImage,
} from "./layout.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../../../..");

const WRITE = 2;
const NO_EXECUTE = 1;
const TRAP_INTERRUPT = 257;

/** Builds the package unless the caller did; a no-op of a second when nothing changed. */
export function buildPackage() {
  execFileSync("npx", ["tsc", "-b", "packages/machine"], {
    cwd: root,
    stdio: ["ignore", "inherit", "ignore"],
  });
}

/** Our CPU with the memory of a case: `run(case)` answers as `runNative` does. `jit` is that of CpuOptions. */
export async function createTarget(jit = true) {
  const { Guest } = await import("../../dist/cpu/testing/guest.js");
  const { x86_64 } = await import("@aster/hardware");
  let ticks = 0;
  const guest = new Guest(1 << 24, {
    tickInstructions: 20000,
    jit,
    // The first tick may come from cases before; one that sees three runs for ever.
    onTick: () => ++ticks >= 3,
  });
  const pages = Array.from({ length: IMAGE_PAGES }, () => guest.page());
  const first = pages[0];
  if (pages.some((p, i) => p !== first + i * PAGE)) throw new Error("guest pages are not in order");
  for (const s of SEGMENTS) {
    for (let i = 0; i < s.pages; i++) {
      const flags = (s.protection & 2 ? WRITE : 0) | (s.protection & 4 ? 0 : NO_EXECUTE);
      guest.map(s.address + i * PAGE, pages[s.firstPage + i], flags);
    }
  }
  const { cpu, frame } = guest;
  const ram = Buffer.from(cpu.ram.buffer, cpu.ram.byteOffset, cpu.ram.byteLength);
  const image = ram.subarray(first, first + IMAGE_SIZE);
  const base = Buffer.from(baseImage());
  base.copy(image);
  const view = new DataView(frame.bytes.buffer, frame.bytes.byteOffset, frame.bytes.byteLength);
  const fx = x86_64.FRAME_FXSAVE;
  view.setBigUint64(x86_64.FRAME_FS_BASE, BigInt(FS_BASE), true);
  view.setBigUint64(x86_64.FRAME_GS_BASE, BigInt(GS_BASE), true);
  const codeOffset = SEGMENTS.find((s) => s.address === CODE).firstPage * PAGE;

  const run = (c) => {
    for (const p of c.patches) {
      image.set(p.bytes, p.offset);
      if (p.offset >= codeOffset && p.offset < codeOffset + CODE_SIZE) {
        cpu.codeWritten(first + p.offset, p.bytes.length);
      }
    }
    for (let r = 0; r < 16; r++) view.setBigUint64(x86_64.FRAME_GPR + 8 * r, c.gpr[r], true);
    view.setBigUint64(x86_64.FRAME_RIP, BigInt(c.rip), true);
    view.setBigUint64(x86_64.FRAME_RFLAGS, BigInt(c.rflags), true);
    view.setBigUint64(x86_64.FRAME_FAULT_ADDRESS, 0n, true);
    frame.bytes.set(c.fxsave, fx);
    cpu.loadFpu(frame);
    ticks = 0;
    let vector = 0;
    let thrown;
    try {
      vector = cpu.enterUser(frame);
    } catch (error) {
      thrown = error;
    }
    if (vector === TRAP_INTERRUPT) vector = VECTOR_TIMEOUT;
    cpu.saveFpu(frame);
    const gpr = new BigUint64Array(16);
    for (let r = 0; r < 16; r++) gpr[r] = view.getBigUint64(x86_64.FRAME_GPR + 8 * r, true);
    const lines = [];
    for (let offset = 0; offset < IMAGE_SIZE; offset += PAGE) {
      if (image.compare(base, offset, offset + PAGE, offset, offset + PAGE) === 0) continue;
      for (let at = offset; at < offset + PAGE; at += LINE) {
        if (image.compare(base, at, at + LINE, at, at + LINE) === 0) continue;
        lines.push({ offset: at, bytes: Buffer.from(image.subarray(at, at + LINE)) });
        base.copy(image, at, at, at + LINE);
        if (at >= codeOffset && at < codeOffset + CODE_SIZE) cpu.codeWritten(first + at, LINE);
      }
    }
    return {
      vector,
      thrown,
      errorCode: view.getUint32(x86_64.FRAME_ERROR_CODE, true),
      faultAddress: view.getBigUint64(x86_64.FRAME_FAULT_ADDRESS, true),
      gpr,
      rip: view.getBigUint64(x86_64.FRAME_RIP, true),
      rflags: view.getUint32(x86_64.FRAME_RFLAGS, true),
      fxsave: Buffer.from(frame.bytes.subarray(fx, fx + 512)),
      lines,
    };
  };
  return { run };
}
