// SPDX-License-Identifier: MPL-2.0

/**
 * Shifts and rotates. A count of 0 (after masking) changes no flag. Where the SDM leaves OF undefined (counts above 1)
 * it is what the formula for a count of 1 gives; AF is 0 after shifts.
 */

import type { Value } from "../../wasm/index.ts";
import type { Binding, IntegerSize } from "../bind/binding.ts";
import { toI64Unsigned, zeroExtend } from "../bind/flags.ts";
import { type ShiftKind, lsb, msb, shiftedValue } from "../bind/shift-flags.ts";
import { type Instruction, type InstructionSet, instruction } from "./define.ts";

/** The count as i32, masked to 5 or 6 bits. */
function count(b: Binding): Value {
  return b.let(b.rd(1).and(b.n === 8 ? 63 : 31));
}

/** `v` as a shift operand beside a value of `n` bytes. */
const wide = (n: IntegerSize, v: Value): Value => (n === 8 ? v.extendU() : v);

function shift(kind: ShiftKind): (b: Binding) => void {
  return (b) => {
    const c = count(b);
    b.rmw(0, (old) => {
      const r = b.let(shiftedValue(kind, b.n, old, c));
      b.flagsShift(kind, b.n, old, c, r);
      return r;
    });
  };
}

/** The value repeated so that a 32-bit rotation rotates it. */
function replicate(n: IntegerSize, v: Value): Value {
  return n === 1 ? v.mul(0x01010101) : n === 2 ? v.mul(0x00010001) : v;
}

function rotate(left: boolean): (b: Binding) => void {
  return (b) => {
    const { n } = b;
    const c = count(b);
    b.rmw(0, (old) => {
      const x = replicate(n, old);
      const r = b.let(zeroExtend(n, left ? x.rotl(wide(n, c)) : x.rotr(wide(n, c))));
      b.when(c, () => {
        const top = b.let(msb(n, r));
        if (left) {
          const cf = b.let(lsb(n, r));
          b.setCfOf(cf, top.xor(cf));
        } else {
          b.setCfOf(top, top.xor(msb(n, r.shl(1))));
        }
      });
      return r;
    });
  };
}

/** Rotation through CF: 8n + 1 bits. */
function rotateCarry(left: boolean): (b: Binding) => void {
  return (b) => {
    const { n } = b;
    const masked = count(b);
    const cf = b.cf();
    b.rmw(0, (old) => (n === 8 ? rotateCarry64(b, left, old, masked, cf) : narrow(b, old)));

    function narrow(binding: Binding, old: Value): Value {
      const bits = 8 * n + 1;
      const c = b.let(n === 4 ? masked : masked.remU(bits));
      const x = b.let(toI64Unsigned(n, old).or(cf.extendU().shl(8 * n)));
      const k = b.let(
        (left ? c : binding.select(c, binding.let(c.xor(-1).add(bits + 1)), c)).extendU(),
      );
      const rotated = b.let(x.shl(k).or(x.shrU(k.xor(-1).add(bits + 1))));
      // A count of 0 shifts right by 33 bits at most, which leaves x's own bits out.
      const whole = b.select(c, rotated, x);
      const r = b.let(whole.wrap());
      b.when(masked, () =>
        carryFlags(
          b,
          left,
          r,
          b.let(
            whole
              .shrU(8 * n)
              .wrap()
              .and(1),
          ),
        ),
      );
      return r;
    }
  };
}

function rotateCarry64(b: Binding, left: boolean, old: Value, c: Value, cf: Value): Value {
  const k = b.let(c.extendU());
  const back = b.let(k.xor(-1).add(65)); // 64 - c
  const carry = cf.extendU();
  const rotated = left
    ? old
        .shl(k)
        .or(carry.shl(k.sub(1)))
        .or(old.shrU(1).shrU(back))
    : old.shrU(k).or(carry.shl(back)).or(old.shl(1).shl(back));
  const out = left ? old.shrU(back) : old.shrU(k.sub(1));
  const newCarry = b.let(out.wrap().and(1));
  const r = b.select(c, b.let(rotated), old);
  b.when(c, () => carryFlags(b, left, r, newCarry));
  return r;
}

function carryFlags(b: Binding, left: boolean, r: Value, cf: Value): void {
  const { n } = b;
  b.setCfOf(cf, left ? msb(n, r).xor(cf) : msb(n, r).xor(msb(n, r.shl(1))));
}

/** shld and shrd: bits of the second operand are shifted in. */
function doubleShift(left: boolean, byCl: boolean): (b: Binding) => void {
  return (b) => {
    const { n } = b;
    const source = b.rd(1);
    const c = b.let((byCl ? b.reg(1, 1) : b.rd(2)).and(n === 8 ? 63 : 31));
    b.rmw(0, (old) => {
      const bits = 8 * n;
      let r: Value;
      let cf: Value;
      if (n === 8) {
        const k = b.let(c.extendU());
        const back = b.let(k.xor(-1).add(65));
        const shifted = left ? old.shl(k).or(source.shrU(back)) : old.shrU(k).or(source.shl(back));
        r = b.select(c, b.let(shifted), old);
        cf = b.let((left ? old.shrU(back) : old.shrU(k.sub(1))).wrap().and(1));
      } else {
        // For 16 bits the operand is repeated behind, as processors do for counts above 16.
        const k = b.let(c.extendU());
        const [o, s] = [toI64Unsigned(n, old), toI64Unsigned(n, source)];
        const x = b.let(
          n === 4
            ? left
              ? o.shl(32).or(s)
              : s.shl(32).or(o)
            : left
              ? o.shl(32).or(s.shl(16)).or(o)
              : o.shl(32).or(s.shl(16)).or(o),
        );
        if (left) {
          r = b.let(x.shl(k).shrU(32).wrap());
          cf = b.let(
            x
              .shrU(k.xor(-1).add(32 + bits + 1))
              .wrap()
              .and(1),
          );
        } else {
          r = b.let(x.shrU(k).wrap());
          cf = b.let(x.shrU(k.sub(1)).wrap().and(1));
        }
      }
      b.when(c, () => b.flagsResult(n, r, cf, b.let(msb(n, r).xor(msb(n, old)))));
      return r;
    });
  };
}

const group2 = (digit: number): string[] => [
  `C0/${digit} Eb,Ib`,
  `C1/${digit} Ev,Ib`,
  `D0/${digit} Eb,1`,
  `D1/${digit} Ev,1`,
  `D2/${digit} Eb,Cb`,
  `D3/${digit} Ev,Cb`,
];

const instructions: Instruction[] = [
  instruction("rol", group2(0), rotate(true)),
  instruction("ror", group2(1), rotate(false)),
  instruction("rcl", group2(2), rotateCarry(true)),
  instruction("rcr", group2(3), rotateCarry(false)),
  instruction("shl", [...group2(4), ...group2(6)], shift("shl")),
  instruction("shr", group2(5), shift("shr")),
  instruction("sar", group2(7), shift("sar")),
  instruction("shld", ["0F A4 Ev,Gv,Ib"], doubleShift(true, false)),
  instruction("shldCl", ["0F A5 Ev,Gv"], doubleShift(true, true)),
  instruction("shrd", ["0F AC Ev,Gv,Ib"], doubleShift(false, false)),
  instruction("shrdCl", ["0F AD Ev,Gv"], doubleShift(false, true)),
];

export const shifts: InstructionSet = { instructions };
