// SPDX-License-Identifier: MPL-2.0

/** mul, imul, div, idiv. Flags that the SDM leaves undefined: SF, ZF, PF of the low result, AF = 0; div keeps all. */

import {
  type FunctionBuilder,
  type Helper,
  type Value,
  helper,
  i32,
  i64,
  select,
} from "../../wasm/index.ts";
import type { Binding } from "../bind/binding.ts";
import { signExtend, zeroExtend } from "../bind/flags.ts";
import { type Instruction, type InstructionSet, instruction } from "./define.ts";

/** The upper 64 bits of the unsigned product. */
function highU(f: FunctionBuilder, a: Value, b: Value): Value {
  const low = 0xffff_ffffn;
  const [a0, a1] = [f.let(a.and(low)), f.let(a.shrU(32))];
  const [b0, b1] = [f.let(b.and(low)), f.let(b.shrU(32))];
  const middle = f.let(a1.mul(b0).add(a0.mul(b0).shrU(32)));
  const other = f.let(a0.mul(b1).add(middle.and(low)));
  return f.let(a1.mul(b1).add(middle.shrU(32)).add(other.shrU(32)));
}

/** The upper 64 bits of the signed product. */
function highS(f: FunctionBuilder, a: Value, b: Value): Value {
  return f.let(highU(f, a, b).sub(a.shrS(63).and(b)).sub(b.shrS(63).and(a)));
}

export const multiplyHighS: Helper = helper("multiplyHighS", ["i64", "i64"], ["i64"], (f, a, b) => {
  if (a === undefined || b === undefined) return;
  f.return(highS(f, a, b));
  f.unreachable();
});

/**
 * The quotient of above * 2^32 + next by d, which has its highest bit set: `next` has 32 bits, and `above` is below d, so that the
 * quotient has 32, too.
 */
function digit(f: FunctionBuilder, above: Value, next: Value, d: Value): Value {
  const [d1, d0] = [f.let(d.shrU(32)), f.let(d.and(0xffff_ffffn))];
  const quotient = f.variable(above.divU(d1));
  const rest = f.variable(above.sub(quotient.mul(d1)));
  // By the upper half of d alone it comes out up to 2 too large.
  f.loop((again) => {
    const product = quotient.mul(d0);
    const isLarge = quotient
      .shrU(32)
      .ne(0)
      .or(product.gtU(rest.shl(32).or(next)));
    f.if(isLarge, () => {
      f.set(quotient, quotient.sub(1));
      f.set(rest, rest.add(d1));
      f.brIf(again, rest.shrU(32).eqz());
    });
  });
  return quotient;
}

/** Quotient and remainder of high:low by divisor; high must be below divisor. */
const divideU128: Helper = helper(
  "divideU128",
  ["i64", "i64", "i64"],
  ["i64", "i64"],
  (f, high, low, divisor) => {
    if (high === undefined || low === undefined || divisor === undefined) return;
    f.if(high.eqz(), () => {
      const quotient = f.let(low.divU(divisor));
      f.return(quotient, low.sub(quotient.mul(divisor)));
    });
    // Digits of 32 bits, with the divisor's highest bit set (Knuth, The Art of Computer Programming, 4.3.1, algorithm D).
    const shift = f.let(divisor.clz());
    const d = f.let(divisor.shl(shift));
    const top = f.let(high.shl(shift).or(low.shrU(1).shrU(i64(63).sub(shift))));
    const bottom = f.let(low.shl(shift));
    const next = f.let(bottom.shrU(32));
    const first = digit(f, top, next, d);
    const rest = f.let(top.shl(32).or(next).sub(first.mul(d)));
    const last = f.let(bottom.and(0xffff_ffffn));
    const second = digit(f, rest, last, d);
    const remainder = rest.shl(32).or(last).sub(second.mul(d)).shrU(shift);
    f.return(first.shl(32).or(second), remainder);
    f.unreachable();
  },
);

/** Signed division of high:low; the third result is 0 where the quotient does not fit. */
const divideS128: Helper = helper(
  "divideS128",
  ["i64", "i64", "i64"],
  ["i64", "i64", "i32"],
  (f, high, low, divisor) => {
    if (high === undefined || low === undefined || divisor === undefined) return;
    const fail = (): void => f.return(i64(0), i64(0), 0);
    f.if(divisor.eqz(), fail);
    const negative = f.let(high.ltS(0));
    const h = f.variable(high);
    const l = f.variable(low);
    f.if(negative, () => {
      f.set(l, i64(0).sub(low));
      f.set(h, high.not().add(low.eqz().extendU()));
    });
    const d = f.let(select(divisor.ltS(0), i64(0).sub(divisor), divisor));
    f.if(h.geU(d), fail);
    const quotient = f.local("i64");
    const rest = f.local("i64");
    f.do(divideU128, [h, l, d], [quotient, rest]);
    const negate = f.let(negative.xor(divisor.ltS(0)));
    // The magnitude may be 2^63 only for a negative quotient.
    f.if(quotient.gtU(i64(1n << 63n).sub(negate.eqz().extendU())), fail);
    f.return(
      select(negate, i64(0).sub(quotient), quotient),
      select(negative, i64(0).sub(rest), rest),
      1,
    );
    f.unreachable();
  },
);

/** One-operand mul and imul: rdx:rax = rax * source. */
function multiplyWide(signed: boolean): (b: Binding) => void {
  return (b) => {
    const { n } = b;
    const source = b.rd(0);
    const a = b.reg(0, n);
    if (n === 8) {
      const high = (signed ? highS : highU)(b.f, a, source);
      const low = b.let(a.mul(source));
      b.setReg(0, 8, low);
      b.setReg(2, 8, high);
      const cf = b.let(signed ? high.ne(low.shrS(63)) : high.ne(0));
      b.flagsResult(8, low, cf, cf);
    } else if (n === 4) {
      const product = b.let(
        signed ? a.extendS().mul(source.extendS()) : a.extendU().mul(source.extendU()),
      );
      const low = b.let(product.wrap());
      b.setReg(0, 4, low);
      b.setReg(2, 4, product.shrU(32).wrap());
      const cf = b.let(signed ? product.ne(low.extendS()) : product.shrU(32).ne(0));
      b.flagsResult(4, low, cf, cf);
    } else {
      const product = b.let(signed ? signExtend(n, a).mul(signExtend(n, source)) : a.mul(source));
      if (n === 2) {
        b.setReg(0, 2, product);
        b.setReg(2, 2, product.shrU(16));
      } else {
        b.setReg(0, 2, product);
      }
      const cf = b.let(signed ? product.ne(signExtend(n, product)) : product.shrU(8 * n).ne(0));
      b.flagsResult(n, product, cf, cf);
    }
  };
}

/** CF and OF of the truncated signed product a * c = low. */
function truncated(b: Binding, a: Value, c: Value, low: Value): Value {
  const { n } = b;
  if (n === 8) {
    // Most factors fit in 32 bits, and their product then fits in 64.
    const wide = b.f.variable(i32(0));
    const narrow = a.extend32S().eq(a).and(c.extend32S().eq(c));
    b.f.if(narrow.eqz(), () => b.f.set(wide, b.call(multiplyHighS, a, c).ne(low.shrS(63))));
    return wide;
  }
  if (n === 4) return b.let(a.extendS().mul(c.extendS()).ne(low.extendS()));
  const product = signExtend(n, a).mul(signExtend(n, c));
  return b.let(product.ne(low.extend16S()));
}

function imul2(b: Binding): void {
  const a = b.rd(0);
  const c = b.rd(1);
  const low = b.let(a.mul(c));
  b.wr(0, low);
  b.flagsProduct(b.n, a, c, low, () => truncated(b, a, c, low));
}

function imul3(b: Binding): void {
  const a = b.rd(1);
  const c = b.rd(2);
  const low = b.let(a.mul(c));
  b.wr(0, low);
  b.flagsProduct(b.n, a, c, low, () => truncated(b, a, c, low));
}

const DIVIDE_ERROR = 0;

function div(b: Binding): void {
  const { n } = b;
  const divisor = b.rd(0);
  if (n === 8) {
    const [high, low] = [b.reg(2, 8), b.reg(0, 8)];
    const quotient = b.f.local("i64");
    const rest = b.f.local("i64");
    const long = (): void =>
      b.callOut(() => b.f.do(divideU128, [high, low, divisor], [quotient, rest]));
    // Covers a divisor of 0, too.
    b.fault(DIVIDE_ERROR, high.geU(divisor));
    if (b.elsewhere() === undefined) long();
    else {
      const short = (): void => {
        b.f.set(quotient, low.divU(divisor));
        b.f.set(rest, low.sub(quotient.mul(divisor)));
      };
      b.f.if(high.eqz(), short, long);
    }
    b.setReg(0, 8, quotient);
    b.setReg(2, 8, rest);
  } else if (n === 4) {
    const [high, low] = [b.reg(2, 4), b.reg(0, 4)];
    b.fault(DIVIDE_ERROR, high.geU(divisor));
    const dividend = b.let(high.extendU().shl(32).or(low.extendU()));
    const wide = b.let(divisor.extendU());
    const quotient = b.let(dividend.divU(wide));
    b.setReg(0, 4, quotient.wrap());
    b.setReg(2, 4, dividend.sub(quotient.mul(wide)).wrap());
  } else {
    const dividend = n === 2 ? b.let(b.reg(2, 2).shl(16).or(b.reg(0, 2))) : b.reg(0, 2);
    b.fault(DIVIDE_ERROR, dividend.shrU(8 * n).geU(divisor));
    const quotient = b.let(dividend.divU(divisor));
    const rest = b.let(dividend.sub(quotient.mul(divisor)));
    storeQuotient(b, quotient, rest);
  }
}

function storeQuotient(b: Binding, quotient: Value, rest: Value): void {
  if (b.n === 2) {
    b.setReg(0, 2, quotient);
    b.setReg(2, 2, rest);
  } else {
    b.setReg(0, 2, zeroExtend(1, quotient).or(zeroExtend(1, rest).shl(8)));
  }
}

function idiv(b: Binding): void {
  const { n } = b;
  const divisor = b.rd(0);
  if (n === 8) {
    const quotient = b.f.local("i64");
    const rest = b.f.local("i64");
    const ok = b.f.local("i32");
    const [high, low] = [b.reg(2, 8), b.reg(0, 8)];
    const elsewhere = b.elsewhere();
    if (elsewhere !== undefined) {
      // -1 may overflow; the dividend must be the sign-extended lower half.
      const strange = divisor
        .add(1)
        .leU(1)
        .or(high.ne(low.shrS(63)));
      b.f.brIf(elsewhere, strange);
      const short = b.let(low.divS(divisor));
      b.setReg(2, 8, low.sub(short.mul(divisor)));
      b.setReg(0, 8, short);
      return;
    }
    b.callOut(() => b.f.do(divideS128, [high, low, divisor], [quotient, rest, ok]));
    b.fault(DIVIDE_ERROR, ok.eqz());
    b.setReg(0, 8, quotient);
    b.setReg(2, 8, rest);
    return;
  }
  const dividend =
    n === 4
      ? b.let(b.reg(2, 4).extendU().shl(32).or(b.reg(0, 4).extendU()))
      : n === 2
        ? b.let(b.reg(2, 2).shl(16).or(b.reg(0, 2)).extendS())
        : b.let(b.reg(0, 2).extend16S().extendS());
  const wide = b.let(signExtend(n, divisor).extendS());
  b.fault(DIVIDE_ERROR, wide.eqz());
  // i64.div_s traps on the one quotient of 64 bits that overflows.
  b.fault(DIVIDE_ERROR, wide.eq(-1).and(dividend.eq(1n << 63n)));
  const quotient = b.let(dividend.divS(wide));
  const rest = b.let(dividend.sub(quotient.mul(wide)));
  const fits =
    n === 4 ? quotient.extend32S() : n === 2 ? quotient.extend16S() : quotient.extend8S();
  b.fault(DIVIDE_ERROR, quotient.ne(fits));
  if (n === 4) {
    b.setReg(0, 4, quotient.wrap());
    b.setReg(2, 4, rest.wrap());
  } else {
    storeQuotient(b, b.let(quotient.wrap()), b.let(rest.wrap()));
  }
}

const instructions: Instruction[] = [
  instruction("mul", ["F6/4 Eb", "F7/4 Ev"], multiplyWide(false)),
  instruction("imul", ["F6/5 Eb", "F7/5 Ev"], multiplyWide(true)),
  instruction("imul2", ["0F AF Gv,Ev"], imul2),
  instruction("imul3", ["69 Gv,Ev,Iz", "6B Gv,Ev,Is"], imul3),
  instruction("div", ["F6/6 Eb", "F7/6 Ev"], div),
  instruction("idiv", ["F6/7 Eb", "F7/7 Ev"], idiv),
];

export const multiply: InstructionSet = { instructions };
