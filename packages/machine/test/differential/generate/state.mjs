// SPDX-License-Identifier: MPL-2.0

import { DATA, HIGH, IMAGE_SIZE, STACK, imageOffset } from "../layout.mjs";
import { float80, integer, lanes, writeLittle } from "./values.mjs";

const FCW = 0;
const FSW = 2;
const ABRIDGED_TAG = 4;
const MXCSR = 24;
const ST0 = 32;
export const XMM0 = 160;

const FLAG_BITS = [0x1, 0x4, 0x10, 0x40, 0x80, 0x800];

/** The user state from which a case starts. */
export class State {
  constructor() {
    this.gpr = new BigUint64Array(16);
    this.rflags = 0x202;
    this.fxsave = new Uint8Array(512);
    this.words = new DataView(this.fxsave.buffer);
    this.patches = [];
    this.words.setUint16(FCW, 0x37f, true);
    this.words.setUint32(MXCSR, 0x1f80, true);
  }

  get top() {
    return (this.words.getUint16(FSW, true) >> 11) & 7;
  }

  setRegister(size, index, value) {
    if (size === 8) this.gpr[index] = value;
    else {
      const mask = (1n << BigInt(size * 8)) - 1n;
      this.gpr[index] = (this.gpr[index] & ~mask) | (value & mask);
    }
  }

  setXmm(index, bytes) {
    this.fxsave.set(bytes, XMM0 + index * 16);
  }

  setMm(index, bytes) {
    // An MMX register is physical; the image holds the stack from its top.
    this.fxsave.set(bytes, ST0 + ((index - this.top) & 7) * 16);
  }

  setSt(index, bytes) {
    this.fxsave.set(bytes, ST0 + index * 16);
  }

  st(index) {
    return this.fxsave.subarray(ST0 + index * 16, ST0 + index * 16 + 10);
  }

  setFcw(value) {
    this.words.setUint16(FCW, value, true);
  }

  setMxcsr(value) {
    this.words.setUint32(MXCSR, value, true);
  }

  /** Puts bytes at a guest address; those that fall where nothing is mapped are dropped. */
  poke(address, bytes) {
    const runs = [];
    for (let i = 0; i < bytes.length; i++) {
      const at = BigInt.asUintN(64, address + BigInt(i));
      const offset = at > 0x7fff_ffff_ffffn ? -1 : imageOffset(Number(at));
      if (offset < 0 || offset >= IMAGE_SIZE) continue;
      const last = runs[runs.length - 1];
      if (last !== undefined && last.offset + last.bytes.length === offset)
        last.bytes.push(bytes[i]);
      else runs.push({ offset, bytes: [bytes[i]] });
    }
    for (const run of runs) {
      this.patches.push({ offset: run.offset, bytes: Uint8Array.from(run.bytes) });
    }
  }
}

/** A random state; the floating-point part is in its common mode half of the time. */
export function randomState(rng, group) {
  const s = new State();
  for (let r = 0; r < 16; r++) s.gpr[r] = integer(rng, 64);
  s.gpr[4] = BigInt(STACK + 0x1000 + 8 * rng.range(-8, 8));
  if (rng.oneIn(16)) s.gpr[4] += BigInt(rng.below(8));
  for (const bit of FLAG_BITS) if (rng.oneIn(2)) s.rflags |= bit;
  if (group === "int" && rng.oneIn(4)) return s;
  randomXmm(rng, s);
  if (group === "int" && rng.oneIn(2)) return s;
  randomX87(rng, s);
  return s;
}

function randomXmm(rng, s) {
  const type = rng.pick(["b", "s", "d"]);
  for (let i = 0; i < 16; i++) s.setXmm(i, lanes(rng, type, 16));
  if (rng.oneIn(3)) return;
  s.setMxcsr(randomMxcsr(rng));
}

export function randomMxcsr(rng) {
  let value = rng.oneIn(2) ? 0x1fa0 : 0x1f80 | rng.below(64);
  if (rng.oneIn(2)) value |= rng.below(4) << 13;
  if (rng.oneIn(3)) value |= rng.pick([0x8000, 0x40, 0x8040]);
  if (rng.oneIn(4)) value &= ~(1 << rng.range(7, 12));
  if (rng.oneIn(16)) value &= ~(rng.below(64) << 7);
  return value;
}

export function randomFcw(rng) {
  let value = 0x37f;
  if (rng.oneIn(2)) value = (value & ~0x300) | rng.pick([0, 0x200, 0x300]);
  if (rng.oneIn(2)) value |= rng.below(4) << 10;
  if (rng.oneIn(4)) value &= ~(1 << rng.below(6));
  if (rng.oneIn(16)) value &= ~rng.below(64);
  return value;
}

function randomX87(rng, s) {
  const empty = rng.pick([0, 0, 0, 1, 4]);
  let tags = 0xff;
  for (let i = 0; i < empty; i++) tags &= ~(1 << rng.below(8));
  if (rng.oneIn(8)) tags = rng.below(256);
  s.fxsave[ABRIDGED_TAG] = tags;
  for (let i = 0; i < 8; i++)
    s.setSt(i, rng.oneIn(12) ? nearCopy(rng, s.st((i + 7) & 7)) : float80(rng));
  const top = rng.below(8);
  let control = rng.oneIn(2) ? 0x37f : randomFcw(rng);
  let status = (top << 11) | ((rng.below(16) & 7) << 8) | (rng.below(2) << 14);
  if (rng.oneIn(3)) {
    status |= rng.below(128) & ~(~control & 0x3f);
    // Now and then an exception is pending: the next waiting instruction raises #MF.
    if (rng.oneIn(16)) status |= rng.below(64);
    if ((status & ~control & 0x3f) !== 0) status |= 0x8080;
  }
  s.setFcw(control);
  s.words.setUint16(FSW, status, true);
}

function nearCopy(rng, bytes) {
  const out = bytes.slice();
  if (rng.oneIn(2)) out[9] ^= 0x80;
  if (rng.oneIn(2)) out[0] ^= 1 << rng.below(8);
  return out;
}

/** A guest address at which an operand of `bytes` bytes lies, by how likely each kind is. */
export function targetAddress(rng, bytes, aligned) {
  const align = (x) => (aligned ? x & ~15 : x);
  const inside = (base, size) => BigInt(base + align(rng.below(size - bytes - 16)));
  switch (rng.below(32)) {
    case 0:
    case 1:
      // Across the border of two mapped pages.
      return BigInt(align(DATA + 0x1000 - rng.below(bytes + 1)));
    case 2:
      // Across the border to the read-only page, and within it.
      return BigInt(align(DATA + 0x3000 - rng.below(bytes + 1)));
    case 3:
      return inside(DATA + 0x3000, 4096);
    case 4:
      // The end of what is mapped.
      return BigInt(align(DATA + 0x4000 - rng.below(bytes + 1)));
    case 5:
      return rng.pick([
        BigInt(DATA - rng.below(bytes + 1)),
        BigInt(rng.below(4096)),
        BigInt(align(HIGH + 0x2000 - rng.below(bytes + 1))),
        BigInt(HIGH + 0x100000),
        0x8000_0000_0000n - BigInt(rng.below(bytes + 1)),
      ]);
    case 6:
      return rng.oneIn(4) ? 0x8000_0000_0000n + BigInt(rng.below(4096)) : inside(HIGH, 8192);
    case 7:
    case 8:
      return inside(HIGH, 8192);
    case 9:
      return inside(STACK, 8192);
    default: {
      const address = inside(DATA, 3 * 4096);
      if (aligned && rng.oneIn(12)) return address + 1n + BigInt(rng.below(15));
      return address;
    }
  }
}

/** Little-endian bytes of an integer. */
export function littleEndian(value, bytes) {
  const out = new Uint8Array(bytes);
  writeLittle(out, 0, value, bytes);
  return out;
}
