// SPDX-License-Identifier: MPL-2.0

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { FS_BASE, GS_BASE, LINE, caseLayout } from "./layout.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, "oracle.c");
const binary = join(here, ".build", "oracle");

const HEADER_SIZE = 32 + 16 * 24;
const MAX_LANDINGS = 64;
const LANDINGS_SIZE = 16 + 4 * MAX_LANDINGS;
const ACTION_SIZE = 16;
const EVENT_SIZE = 24;
const CASE_SIZE = 16 * 8 + 16 + 8 + 512;
const RESULT_SIZE = 16 + 16 * 8 + 16 + 8 + 512;

/** Compiles the oracle, to an address that no case reaches, unless it is newer than its source; needs gcc. */
export function buildOracle() {
  if (existsSync(binary) && statSync(binary).mtimeMs > statSync(source).mtimeMs) return;
  mkdirSync(dirname(binary), { recursive: true });
  const flags =
    "-O2 -static -nostdlib -ffreestanding -fno-stack-protector -mno-red-zone -fPIE -no-pie -fcf-protection=none " +
    "-Wl,-Ttext-segment=0x5f1234000000";
  execFileSync("gcc", [...flags.split(" "), "-o", binary, source], { stdio: "inherit" });
}

/**
 * Runs cases on the host's CPU. A case is `{gpr: BigUint64Array(16), rip, rflags, fxsave:
 * Uint8Array(512), patches: [{offset, bytes}]}`; an answer is what `readResult` makes. A case that goes on behind traps has
 * `{actions: [{address, protection, flags}], codeBase, codeSize, landings: [offset]}` as well. `layout` is the
 * memory that all have: `{segments, pages, baseImage}`.
 */
export function runNative(cases, layout = caseLayout) {
  buildOracle();
  const run = spawnSync(binary, [], { input: encode(cases, layout), maxBuffer: 1 << 30 });
  if (run.status !== 0) {
    if (cases.length === 1) {
      throw new Error(`case ${cases[0].seed} ended the native oracle: ${run.signal ?? run.status}`);
    }
    // Find the case that did it.
    const half = cases.length >> 1;
    return [...runNative(cases.slice(0, half), layout), ...runNative(cases.slice(half), layout)];
  }
  const results = [];
  let at = 0;
  for (let i = 0; i < cases.length; i++) {
    const result = readResult(run.stdout, at);
    at = result.end;
    results.push(result);
  }
  return results;
}

function encode(cases, { segments, pages, baseImage }) {
  const base = baseImage();
  let size = HEADER_SIZE + base.length;
  for (const c of cases) {
    size += CASE_SIZE;
    for (const p of c.patches) size += 8 + ((p.bytes.length + 7) & ~7);
    if (hasActions(c)) size += LANDINGS_SIZE + ACTION_SIZE * c.actions.length;
  }
  const out = Buffer.alloc(size);
  out.writeUInt32LE(cases.length, 0);
  out.writeUInt32LE(pages, 4);
  out.writeUInt32LE(segments.length, 8);
  out.writeBigUInt64LE(BigInt(FS_BASE), 16);
  out.writeBigUInt64LE(BigInt(GS_BASE), 24);
  segments.forEach((s, i) => {
    const at = 32 + i * 24;
    out.writeBigUInt64LE(BigInt(s.address), at);
    out.writeUInt32LE(s.firstPage, at + 8);
    out.writeUInt32LE(s.pages, at + 12);
    out.writeUInt32LE(s.protection, at + 16);
  });
  out.set(base, HEADER_SIZE);
  let at = HEADER_SIZE + base.length;
  for (const c of cases) {
    for (let r = 0; r < 16; r++) out.writeBigUInt64LE(c.gpr[r], at + r * 8);
    out.writeBigUInt64LE(BigInt(c.rip), at + 128);
    out.writeUInt32LE(c.rflags, at + 136);
    out.writeUInt32LE(c.patches.length, at + 144);
    out.writeUInt32LE(hasActions(c) ? c.actions.length : 0, at + 148);
    out.set(c.fxsave, at + 152);
    at += CASE_SIZE;
    for (const p of c.patches) {
      out.writeUInt32LE(p.offset, at);
      out.writeUInt32LE(p.bytes.length, at + 4);
      out.set(p.bytes, at + 8);
      at += 8 + ((p.bytes.length + 7) & ~7);
    }
    if (hasActions(c)) at = encodeActions(out, at, c);
  }
  return out;
}

const hasActions = (c) => (c.actions?.length ?? 0) > 0;

function encodeActions(out, start, c) {
  if (c.landings.length > MAX_LANDINGS) throw new Error("a case has too many landings");
  out.writeBigUInt64LE(BigInt(c.codeBase), start);
  out.writeUInt32LE(c.codeSize, start + 8);
  out.writeUInt32LE(c.landings.length, start + 12);
  c.landings.forEach((offset, i) => out.writeUInt32LE(offset, start + 16 + 4 * i));
  let at = start + LANDINGS_SIZE;
  for (const { address, protection, flags } of c.actions) {
    out.writeBigUInt64LE(BigInt(address), at);
    out.writeUInt32LE(protection, at + 8);
    out.writeUInt32LE(flags, at + 12);
    at += ACTION_SIZE;
  }
  return at;
}

function readResult(buffer, at) {
  const gpr = new BigUint64Array(16);
  for (let r = 0; r < 16; r++) gpr[r] = buffer.readBigUInt64LE(at + 16 + r * 8);
  const lineCount = buffer.readUInt32LE(at + 160);
  const lines = [];
  let next = at + RESULT_SIZE;
  for (let i = 0; i < lineCount; i++) {
    const offset = buffer.readUInt32LE(next) * LINE;
    lines.push({ offset, bytes: buffer.subarray(next + 8, next + 8 + LINE) });
    next += 8 + LINE;
  }
  const events = [];
  for (let i = buffer.readUInt32LE(at + 164); i > 0; i--) {
    events.push({
      vector: buffer.readUInt32LE(next),
      errorCode: buffer.readUInt32LE(next + 4),
      faultAddress: buffer.readBigUInt64LE(next + 8),
      rip: buffer.readBigUInt64LE(next + 16),
    });
    next += EVENT_SIZE;
  }
  return {
    vector: buffer.readUInt32LE(at),
    errorCode: buffer.readUInt32LE(at + 4),
    faultAddress: buffer.readBigUInt64LE(at + 8),
    gpr,
    rip: buffer.readBigUInt64LE(at + 144),
    rflags: buffer.readUInt32LE(at + 152),
    fxsave: buffer.subarray(at + 168, at + 168 + 512),
    lines,
    events,
    end: next,
  };
}
