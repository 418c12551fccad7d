// SPDX-License-Identifier: MPL-2.0

import { EXIT_VECTOR, VECTOR_TIMEOUT } from "./layout.mjs";
import {
  COMPARED_FLAGS,
  integerUndefinedFlags,
  keepsFlagsOnFault,
  memoryIgnored,
  notOurs,
  pageFaultBits,
  readsTwoOperands,
  registerTolerance,
  statusBits,
} from "./vendor.mjs";

export const NAMES = "rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15".split(" ");
export const hex = (x) => `0x${x.toString(16)}`;

/** The differences between what the host's CPU and ours made of a case, as lines of text. */
export function compare(c, expected, got) {
  const found = [];
  const differ = (what, want, have) => found.push(`${what}: expected ${want}, got ${have}`);
  if (got.thrown !== undefined) return [`thrown: ${got.thrown.stack}`];
  // A loop that does not end is cut at different points.
  if (expected.vector === VECTOR_TIMEOUT) return [];
  if (notOurs(c, expected, got)) return [];
  if (expected.vector !== got.vector) differ("vector", expected.vector, got.vector);
  if (expected.vector === 14 && got.vector === 14) {
    const code = pageFaultBits(expected.faultAddress);
    if (((expected.errorCode ^ got.errorCode) & code) !== 0) {
      differ("error code", expected.errorCode, got.errorCode);
    }
    const either = c.names.some(readsTwoOperands);
    if (expected.faultAddress !== got.faultAddress && !either) {
      differ("fault address", hex(expected.faultAddress), hex(got.faultAddress));
    }
  } else if (expected.vector === 13 && expected.errorCode !== got.errorCode) {
    differ("error code", expected.errorCode, got.errorCode);
  }
  for (let r = 0; r < 16; r++) {
    if (expected.gpr[r] !== got.gpr[r]) differ(NAMES[r], hex(expected.gpr[r]), hex(got.gpr[r]));
  }
  if (expected.rip !== got.rip) differ("rip", hex(expected.rip), hex(got.rip));
  let flags = COMPARED_FLAGS;
  for (const name of c.names) flags &= ~integerUndefinedFlags(name);
  if (expected.vector !== EXIT_VECTOR && c.names.some(keepsFlagsOnFault)) flags = 0;
  if (((expected.rflags ^ got.rflags) & flags) !== 0) {
    differ("rflags", hex(expected.rflags & flags), hex(got.rflags & flags));
  }
  compareFloatingPoint(c, expected.fxsave, got.fxsave, differ);
  compareMemory(c, expected, got, differ);
  return found;
}

export function compareFloatingPoint(c, expected, got, differ) {
  const word = (b, at) => b.readUInt16LE(at);
  for (const [name, at] of [
    ["fcw", 0],
    ["fsw", 2],
    ["ftw", 4],
  ]) {
    const bits = name === "fsw" ? statusBits(c) : 0xffff;
    if (((word(expected, at) ^ word(got, at)) & bits) !== 0)
      differ(name, hex(word(expected, at)), hex(word(got, at)));
  }
  if (expected.readUInt32LE(24) !== got.readUInt32LE(24)) {
    differ("mxcsr", hex(expected.readUInt32LE(24)), hex(got.readUInt32LE(24)));
  }
  const tolerance = registerTolerance(c);
  for (let i = 0; i < 24; i++) {
    const at = 32 + 16 * i;
    const want = expected.subarray(at, at + 16);
    const have = got.subarray(at, at + 16);
    if (want.equals(have)) continue;
    const name = i < 8 ? `st${i}` : `xmm${i - 8}`;
    if (tolerance?.(name, want, have)) continue;
    // As numbers read: highest byte first.
    const text = (b) =>
      Buffer.from(b.subarray(0, i < 8 ? 10 : 16))
        .reverse()
        .toString("hex");
    differ(name, text(want), text(have));
  }
}

export function compareMemory(c, expected, got, differ) {
  const have = new Map(got.lines.map((l) => [l.offset, l.bytes]));
  for (const { offset, bytes } of expected.lines) {
    const other = have.get(offset);
    have.delete(offset);
    if (other === undefined) {
      differ(`memory ${hex(offset)}`, bytes.toString("hex"), "nothing written");
      continue;
    }
    for (let i = 0; i < bytes.length; i++) {
      if (bytes[i] === other[i] || memoryIgnored(c, offset + i)) continue;
      differ(`memory ${hex(offset)}`, bytes.toString("hex"), other.toString("hex"));
      break;
    }
  }
  for (const [offset, bytes] of have) {
    if (bytes.some((_, i) => !memoryIgnored(c, offset + i))) {
      differ(`memory ${hex(offset)}`, "nothing written", bytes.toString("hex"));
    }
  }
}
