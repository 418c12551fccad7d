// SPDX-License-Identifier: MPL-2.0

/**
 * Lazy arithmetic flags, in two 64-bit values from which each condition is computed without a branch:
 *
 * - `result`: the last result, sign-extended from its size. ZF = (result == 0).
 * - `carries`: the vector of carries out of each bit position, shifted so that the operand's
 *   topmost bit is bit 63. CF is bit 63, OF is bit 63 xor bit 62, AF is bit 3 (kept unshifted).
 *   Bits 1 and 2 correct SF and PF where they do not follow from `result` (popf, ucomiss).
 *   SF = sign of result xor bit 1; PF = even parity of result's low byte xor bit 2.
 *   The other bits mean nothing.
 */

import { type Helper, type Value, helper, i64, select } from "../../wasm/index.ts";
import { FLAG_CARRIES, FLAG_RESULT, RFLAGS_REST } from "../layout.ts";
import { i32 } from "../../wasm/index.ts";

export const CF = 1;
export const PF = 4;
export const AF = 0x10;
export const ZF = 0x40;
export const SF = 0x80;
export const TF = 0x100;
export const IF = 0x200;
export const DF = 0x400;
export const OF = 0x800;
export const AC = 0x4_0000;
/** With one of these set, instructions are executed one by one (../single-step.ts). */
export const STEP_FLAGS: number = TF | AC;
/** The bits of rflags that user mode may change and that are not lazy: TF, DF, NT, AC, ID. */
export const REST_MASK: number = 0x100 | 0x400 | 0x4000 | 0x40000 | 0x200000;

/** Operand sizes in bytes. */
export type IntegerSize = 1 | 2 | 4 | 8;

/** A value of `n` bytes with the bits above cleared. */
export function zeroExtend(n: IntegerSize, v: Value): Value {
  return n === 1 ? v.and(0xff) : n === 2 ? v.and(0xffff) : v;
}

/** A value of `n` bytes, sign-extended to the type that holds it. */
export function signExtend(n: IntegerSize, v: Value): Value {
  return n === 1 ? v.extend8S() : n === 2 ? v.extend16S() : v;
}

export function toI64Signed(n: IntegerSize, v: Value): Value {
  return n === 8 ? v : signExtend(n, v).extendS();
}

export function toI64Unsigned(n: IntegerSize, v: Value): Value {
  return n === 8 ? v : zeroExtend(n, v).extendU();
}

/** The vector of carries of x + y = sum (with or without a carry in), in the type of its operands. */
export function carryVector(x: Value, y: Value, sum: Value): Value {
  return x.and(y).or(x.or(y).and(sum.not()));
}

/** A vector of carries of `n` bytes as the `carries` value. */
export function carriesOfVector(n: IntegerSize, vector: Value): Value {
  if (n === 8) return vector.and(-8);
  return vector
    .extendU()
    .shl(64 - 8 * n)
    .or(vector.and(8).extendU());
}

export function carriesOf(n: IntegerSize, x: Value, y: Value, sum: Value): Value {
  return carriesOfVector(n, carryVector(x, y, sum));
}

/** CF and OF (i32, 0 or 1) as bits 63 and 62. */
export function carryBits(cf: Value, of: Value): Value {
  return cf.extendU().shl(63).or(cf.xor(of).extendU().shl(62));
}

export const carryFlag = (carries: Value): Value => carries.shrU(63).wrap();
export const overflowFlag = (carries: Value): Value => carries.xor(carries.shl(1)).shrU(63).wrap();
export const adjustFlag = (carries: Value): Value => carries.shrU(3).wrap().and(1);
export const zeroFlag = (result: Value): Value => result.eqz();
export const signFlag = (result: Value, carries: Value): Value =>
  result.xor(carries.shl(62)).ltS(0);
export const parityFlag = (result: Value, carries: Value): Value =>
  result.wrap().and(0xff).popcnt().add(1).add(carries.shrU(2).wrap()).and(1);

/** Condition code 0…15 as the low four bits of jcc's opcode (SDM vol. 2, appendix B), as i32. */
export function condition(cc: number, result: Value, carries: Value): Value {
  const base = (): Value => {
    switch (cc >> 1) {
      case 0:
        return carries.xor(carries.shl(1)).ltS(0);
      case 1:
        return carries.ltS(0);
      case 2:
        return result.eqz();
      case 3:
        return carries.ltS(0).or(result.eqz());
      case 4:
        return signFlag(result, carries);
      case 5:
        return parityFlag(result, carries);
      case 6:
        return less(result, carries);
      default:
        return less(result, carries).or(result.eqz());
    }
  };
  return (cc & 1) === 0 ? base() : base().eqz();
}

/** A comparison or logical operation whose operands are at hand. */
export interface Comparison {
  readonly kind: "sub" | "logic";
  readonly n: IntegerSize;
  readonly a: Value;
  readonly b: Value;
  readonly r: Value;
}

/** The condition by the operands themselves, where that is simple. */
export function compareCondition({ kind, n, a, b, r }: Comparison, cc: number): Value | undefined {
  const invert = (v: Value): Value => ((cc & 1) === 0 ? v : v.eqz());
  const zero = zeroExtend(n, r).eqz();
  const negative = signExtend(n, r).ltS(0);
  if (kind === "logic") {
    switch (cc >> 1) {
      case 0:
      case 1:
        return i32(cc & 1);
      case 2:
      case 3:
        return invert(zero);
      case 4:
      case 6:
        return invert(negative);
      case 7:
        return (cc & 1) === 0 ? signExtend(n, r).leS(0) : signExtend(n, r).gtS(0);
      default:
        return undefined;
    }
  }
  const [ua, ub] = [zeroExtend(n, a), zeroExtend(n, b)];
  const [sa, sb] = [signExtend(n, a), signExtend(n, b)];
  switch (cc) {
    case 2:
      return ua.ltU(ub);
    case 3:
      return ua.geU(ub);
    case 4:
      return ua.eq(ub);
    case 5:
      return ua.ne(ub);
    case 6:
      return ua.leU(ub);
    case 7:
      return ua.gtU(ub);
    case 8:
      return negative;
    case 9:
      return negative.eqz();
    case 12:
      return sa.ltS(sb);
    case 13:
      return sa.geS(sb);
    case 14:
      return sa.leS(sb);
    case 15:
      return sa.gtS(sb);
    default:
      return undefined;
  }
}

function less(result: Value, carries: Value): Value {
  return result.xor(carries.shl(62)).xor(carries).xor(carries.shl(1)).ltS(0);
}

/** rflags from the lazy flags. */
export const getRflags: Helper = helper("getRflags", [], ["i64"], (f) => {
  const result = f.let(i32(0).load64(FLAG_RESULT));
  const carries = f.let(i32(0).load64(FLAG_CARRIES));
  const bits = i32(0)
    .load32(RFLAGS_REST)
    .or(carryFlag(carries))
    .or(parityFlag(result, carries).shl(2))
    .or(adjustFlag(carries).shl(4))
    .or(zeroFlag(result).shl(6))
    .or(signFlag(result, carries).shl(7))
    .or(overflowFlag(carries).shl(11))
    .or(IF | 2);
  f.return(bits.extendU());
  f.unreachable();
});

/** Sets the flags that user mode may change from a value of rflags. */
export const setRflags: Helper = helper("setRflags", ["i64"], [], (f, wide) => {
  if (wide === undefined) return;
  const v = f.let(wide.wrap());
  const bit = (n: number): Value => v.shrU(n).and(1);
  const zf = f.let(bit(6));
  f.store(i32(0), v.and(REST_MASK), RFLAGS_REST);
  f.store(i32(0), select(zf, i64(0), i64(1)), FLAG_RESULT);
  f.store(
    i32(0),
    carryBits(bit(0), bit(11))
      .or(bit(4).shl(3).extendU())
      .or(bit(2).xor(zf).shl(2).extendU())
      .or(bit(7).shl(1).extendU()),
    FLAG_CARRIES,
  );
});
