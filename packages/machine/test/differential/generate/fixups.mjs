// SPDX-License-Identifier: MPL-2.0

import { CODE, CODE_SIZE, DATA, HIGH } from "../layout.mjs";
import { XMM0, littleEndian, randomFcw, randomMxcsr } from "./state.mjs";
import { integer } from "./values.mjs";

/**
 * Adjustments of the state that make an instruction do something interesting.
 * Each is called after the instruction is laid out, with `at` telling what it reads:
 * `{size, memory: address or undefined, rm: register or -1, reg, immediate: DataView of the code bytes}`.
 */
export const fixups = {
  /** Immediates that count or index: mostly near the edges of widths. */
  count(rng, s, at) {
    if (at.immediateAt >= 0) at.bytes[at.immediateAt] = smallCount(rng);
  },
  cl(rng, s) {
    s.setRegister(1, 1, BigInt(smallCount(rng)));
  },
  /** Double shifts of 16 bits by more than 16 have no defined result, see vendor.mjs. */
  doubleCount(rng, s, at) {
    const count = smallCount(rng);
    at.bytes[at.immediateAt] = at.size === 2 && (count & 31) > 16 ? count & 15 : count;
  },
  doubleCl(rng, s, at) {
    const count = smallCount(rng);
    s.setRegister(1, 1, BigInt(at.size === 2 && (count & 31) > 16 ? count & 15 : count));
  },
  vectorCount(rng, s, at) {
    if (!rng.oneIn(4)) pokeOperand(s, at, littleEndian(BigInt(smallCount(rng)), 8), rng);
  },
  divide8(rng, s, at) {
    const divisor = integer(rng, 8) | 1n;
    pokeOperand(s, at, littleEndian(divisor, 1), rng);
    if (!rng.oneIn(8)) s.setRegister(2, 0, (rng.u64() & 0xffffn) % (divisor << 8n));
    if (rng.oneIn(4)) s.setRegister(2, 0, -BigInt(rng.below(0x4000)));
    if (rng.oneIn(12)) pokeOperand(s, at, Uint8Array.of(0), rng);
  },
  divide(rng, s, at) {
    divide(rng, s, at, false);
  },
  divideSigned(rng, s, at) {
    divide(rng, s, at, true);
  },
  cmpxchg(rng, s, at) {
    if (rng.oneIn(2)) return;
    const value = integer(rng, at.size * 8);
    s.setRegister(at.size, 0, value);
    pokeOperand(s, at, littleEndian(value, at.size), rng);
  },
  cmpxchg8b(rng, s, at) {
    if (rng.oneIn(2)) return;
    s.poke(at.memory, littleEndian(s.gpr[0], 4));
    s.poke(at.memory + 4n, littleEndian(s.gpr[2], 4));
  },
  cmpxchg16b(rng, s, at) {
    if (rng.oneIn(2)) return;
    s.poke(at.memory, littleEndian(s.gpr[0], 8));
    s.poke(at.memory + 8n, littleEndian(s.gpr[2], 8));
  },
  /** bt with a register index reaches beyond its operand: keep it inside the data. */
  bitIndex(rng, s, at) {
    if (at.memory === undefined || at.reg === at.base || at.reg === at.index) return;
    s.setRegister(at.size, at.reg, BigInt.asUintN(64, BigInt(rng.range(-2000, 2000))));
  },
  popf(rng, s) {
    // Without TF (single step), AC (alignment checks) and ID (which a signal frame does not restore), see vendor.mjs.
    const flags = 0x202n | (integer(rng, 64) & 0xcd5n) | (rng.oneIn(2) ? 0x400n : 0n);
    s.poke(s.gpr[4], littleEndian(flags, 8));
  },
  enter(rng, s, at) {
    at.bytes[at.bytes.length - 3] &= 0xfe;
    at.bytes[at.bytes.length - 2] = rng.oneIn(4) ? at.bytes[at.bytes.length - 2] : 0;
    at.bytes[at.bytes.length - 1] = rng.below(rng.oneIn(3) ? 40 : 2);
    s.gpr[5] = s.gpr[4] + BigInt(rng.below(256));
  },
  leave(rng, s) {
    s.gpr[5] = s.gpr[4] + BigInt(rng.below(256));
  },
  xlat(rng, s) {
    s.gpr[3] = BigInt(rng.pick([DATA, HIGH]) + rng.below(8000));
  },
  codeTarget(rng, s, at) {
    pokeOperand(s, at, littleEndian(BigInt(CODE + rng.below(CODE_SIZE)), 8), rng);
  },
  ret(rng, s) {
    const target = rng.oneIn(16)
      ? integer(rng, 64) | (1n << 46n)
      : BigInt(CODE + rng.below(CODE_SIZE));
    s.poke(s.gpr[4], littleEndian(target, 8));
  },
  /** Segments that user mode may see, and others; that of the CPU's number differs from host to host. */
  selector(rng, s, at) {
    pokeOperand(s, at, littleEndian(BigInt(randomSelector(rng)), 2), rng);
  },
  farPointer(rng, s, at) {
    s.poke(at.memory, littleEndian(farTarget(rng), at.size));
    s.poke(at.memory + BigInt(at.size), littleEndian(BigInt(codeSelector(rng)), 2));
  },
  farReturn(rng, s, at) {
    s.poke(s.gpr[4], littleEndian(farTarget(rng), at.size));
    s.poke(s.gpr[4] + BigInt(at.size), littleEndian(BigInt(codeSelector(rng)), 2));
  },
  iret(rng, s, at) {
    const stack = rng.oneIn(4) ? integer(rng, 64) : s.gpr[4] + BigInt(rng.range(-64, 64));
    // Without TF, AC and ID, as popf's.
    const flags = 0x202n | (integer(rng, 64) & 0xcd5n);
    const ss = rng.oneIn(6) ? randomSelector(rng) : 0x2b;
    const values = [farTarget(rng), BigInt(codeSelector(rng)), flags, stack, BigInt(ss)];
    values.forEach((value, i) => {
      s.poke(s.gpr[4] + BigInt(i * at.size), littleEndian(value, at.size));
    });
  },
  loop(rng, s) {
    if (rng.oneIn(2)) s.gpr[1] = rng.pick([0n, 1n, 2n, 1n << 32n, (1n << 32n) + 1n]);
  },
  /** Masks with whole bytes set or clear; the destination is at rdi. */
  maskmov(rng, s, at) {
    s.gpr[7] = BigInt(DATA + (rng.oneIn(3) ? 0x1000 - rng.below(16) : rng.below(0x2000)));
    if (rng.oneIn(16)) s.gpr[7] = BigInt(DATA + 0x4000 - rng.below(20));
  },
  mxcsr(rng, s, at) {
    const value = rng.oneIn(8) ? rng.u32() : randomMxcsr(rng);
    s.poke(at.memory, littleEndian(BigInt(value), 4));
  },
  fxrstor(rng, s, at) {
    s.poke(at.memory, littleEndian(BigInt(randomFcw(rng)), 2));
    s.poke(at.memory + 2n, littleEndian(BigInt(rng.below(8) << 11), 2));
    s.poke(at.memory + 24n, littleEndian(BigInt(rng.oneIn(8) ? rng.u32() : randomMxcsr(rng)), 4));
  },
  ptest(rng, s, at) {
    if (rng.oneIn(2) && at.rm >= 0) {
      for (let i = 0; i < 16; i++) s.fxsave[XMM0 + at.rm * 16 + i] &= rng.pick([0, 0xff, 0]);
    }
  },
  estr(rng, s) {
    for (const r of [0, 2]) s.gpr[r] = BigInt.asUintN(64, BigInt(rng.range(-20, 20)));
    if (rng.oneIn(8)) s.gpr[0] = integer(rng, 64);
  },
  fldcw(rng, s, at) {
    s.poke(at.memory, littleEndian(BigInt(randomFcw(rng)), 2));
  },
  fldenv(rng, s, at) {
    s.poke(at.memory, littleEndian(BigInt(randomFcw(rng)), 2));
    const status = rng.oneIn(4) ? rng.below(0x10000) : rng.below(8) << 11;
    s.poke(at.memory + 4n, littleEndian(BigInt(status), 2));
  },
  fldenv16(rng, s, at) {
    s.poke(at.memory, littleEndian(BigInt(randomFcw(rng)), 2));
    const status = rng.oneIn(4) ? rng.below(0x10000) : rng.below(8) << 11;
    s.poke(at.memory + 2n, littleEndian(BigInt(status), 2));
  },
  fscale(rng, s) {
    if (rng.oneIn(3)) return;
    // ST(1) of a size that scales: an integer part of up to 17 bits.
    s.setSt(1, extended(rng.below(2), rng.range(-2, 16), rng.u64() | (1n << 63n)));
  },
  fprem(rng, s) {
    if (rng.oneIn(4)) return;
    const e = rng.range(-100, 100);
    s.setSt(0, extended(rng.below(2), e + rng.range(-1, 70), rng.u64() | (1n << 63n)));
    s.setSt(1, extended(rng.below(2), e, rng.u64() | (1n << 63n)));
  },
  unitRange(rng, s) {
    if (!rng.oneIn(6))
      s.setSt(0, extended(rng.below(2), -rng.range(1, rng.pick([4, 70])), mantissa(rng)));
  },
  positive(rng, s) {
    if (!rng.oneIn(6)) s.setSt(0, extended(0, rng.range(-70, 70), mantissa(rng)));
    if (rng.oneIn(4)) s.setSt(0, extended(0, rng.range(-1, 0), mantissa(rng)));
  },
  /** Beyond 1 − √½ fyl2xp1 has no defined result. */
  nearZero(rng, s) {
    const x = s.st(0);
    const exponent = x[8] | ((x[9] & 0x7f) << 8);
    if (exponent >= 0x3ffd && exponent < 0x7fff) {
      x[8] = 0xfc;
      x[9] = (x[9] & 0x80) | 0x3f;
    }
    if (!rng.oneIn(6))
      s.setSt(0, extended(rng.below(2), -rng.range(2, rng.pick([4, 70])), mantissa(rng)));
  },
  angle(rng, s) {
    if (!rng.oneIn(6))
      s.setSt(0, extended(rng.below(2), rng.range(-40, rng.pick([3, 64])), mantissa(rng)));
  },
};

function randomSelector(rng) {
  const selector = rng.oneIn(3)
    ? rng.below(0x10000)
    : rng.pick([0, 0x10, 0x18, 0x20, 0x28, 0x30, 0x38, 0x40, 0x60]) + rng.below(8);
  return (selector & 0xfffc) === 0x78 ? 0x2b : selector;
}

/** A code selector: not the 32-bit one, which ours refuses and a processor goes to. */
function codeSelector(rng) {
  const selector = rng.oneIn(4) ? randomSelector(rng) : 0x30 + rng.pick([3, 3, 3, 0, 1]);
  return (selector & 0xfffc) === 0x20 ? 0x33 : selector;
}

const farTarget = (rng) => (rng.oneIn(10) ? integer(rng, 64) : BigInt(CODE + rng.below(CODE_SIZE)));

const mantissa = (rng) =>
  (1n << 63n) | (rng.oneIn(3) ? rng.u64() & ~((1n << BigInt(rng.below(64))) - 1n) : rng.u64());

function extended(sign, exponent, significand) {
  const out = new Uint8Array(10);
  out.set(littleEndian(BigInt.asUintN(64, significand), 8), 0);
  out.set(littleEndian(BigInt((sign << 15) | ((exponent + 16383) & 0x7fff)), 2), 8);
  return out;
}

function smallCount(rng) {
  return rng.oneIn(6)
    ? rng.below(256)
    : rng.pick([0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, rng.below(64)]);
}

/** Sets the operand in modrm.rm, wherever it is. */
function pokeOperand(s, at, bytes, rng) {
  if (at.memory !== undefined) s.poke(at.memory, bytes);
  else if (at.vector) s.fxsave.set(bytes, XMM0 + at.rm * 16);
  else if (at.mmx) s.setMm(at.rm, bytes);
  else if (at.rm >= 0) {
    let value = 0n;
    for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]);
    if (bytes.length === 1 && at.highByte)
      s.gpr[at.rm - 4] = (s.gpr[at.rm - 4] & ~0xff00n) | (value << 8n);
    else s.setRegister(bytes.length, at.rm, value);
  }
}

function divide(rng, s, at, signed) {
  const bits = at.size * 8;
  const m = (1n << BigInt(bits)) - 1n;
  let divisor = integer(rng, bits);
  if (rng.oneIn(10)) divisor = 0n;
  if (at.rm !== 0 && at.rm !== 2) pokeOperand(s, at, littleEndian(divisor, at.size), rng);
  switch (rng.below(4)) {
    case 0:
      s.setRegister(at.size, 2, 0n);
      break;
    case 1:
      if (divisor !== 0n) s.setRegister(at.size, 2, (rng.u64() & m) % divisor);
      break;
    case 2: {
      const low = integer(rng, bits);
      s.setRegister(at.size, 0, low);
      s.setRegister(at.size, 2, low >> BigInt(bits - 1) === 1n ? m : 0n);
      break;
    }
    default:
      if (signed && divisor !== 0n) {
        // A quotient that just fits, or just does not.
        const d = BigInt.asIntN(bits, divisor);
        const q = (1n << BigInt(bits - 1)) - 1n + BigInt(rng.below(3));
        const n = (rng.oneIn(2) ? q : -q) * d + BigInt(rng.range(-2, 2));
        s.setRegister(at.size, 0, n & m);
        s.setRegister(at.size, 2, (n >> BigInt(bits)) & m);
      }
  }
}
