// SPDX-License-Identifier: MPL-2.0

/** The operations on finite numbers that are not zero, exact but for a sticky lowest bit. */

import { type Helper, type Local, helper, i64, select } from "../../wasm/index.ts";
import { divide128, multiply64, shiftRightJam, squareRoot128 } from "./wide.ts";

/**
 * (sign, exponent, significand) of a, then of b → (sign, exponent, high, low) of a + b.
 * `high` is 0 when the sum is exactly zero.
 */
export const addFinite: Helper = helper(
  "f.add",
  ["i32", "i32", "i64", "i32", "i32", "i64"],
  ["i32", "i32", "i64", "i64"],
  (f, signA, expA, sigA, signB, expB, sigB) => {
    // Let a be the larger in magnitude.
    const swap = f.let(expA!.ltS(expB!).or(expA!.eq(expB!).and(sigA!.ltU(sigB!))));
    f.if(swap, () => {
      const exchange = (x: Local, y: Local): void => {
        const t = f.let(x);
        f.set(x, y);
        f.set(y, t);
      };
      exchange(signA!, signB!);
      exchange(expA!, expB!);
      exchange(sigA!, sigB!);
    });
    const bh = f.local("i64");
    const bl = f.local("i64");
    f.do(shiftRightJam, [sigB!, i64(0), expA!.sub(expB!)], [bh, bl]);
    f.if(signA!.eq(signB!), () => {
      const sum = f.let(sigA!.add(bh));
      f.if(sum.ltU(bh), () => {
        const low = bl.shrU(1).or(sum.shl(63)).or(bl.and(1));
        f.return(signA!, expA!.add(1), sum.shrU(1).or(1n << 63n), low);
      });
      f.return(signA!, expA!, sum, bl);
    });
    const low = f.let(i64(0).sub(bl));
    const high = f.let(sigA!.sub(bh).sub(bl.ne(0).extendU()));
    f.if(high.eqz(), () => {
      f.if(low.eqz(), () => f.return(signA!, expA!, i64(0), i64(0)));
      const shift = f.let(low.clz());
      f.return(signA!, expA!.sub(64).sub(shift.wrap()), low.shl(shift), i64(0));
    });
    const shift = f.let(high.clz());
    f.if(shift.eqz(), () => f.return(signA!, expA!, high, low));
    f.return(
      signA!,
      expA!.sub(shift.wrap()),
      high.shl(shift).or(low.shrU(i64(64).sub(shift))),
      low.shl(shift),
    );
    f.unreachable();
  },
);

/** (exponent, significand) of a, then of b → (exponent, high, low) of the product. */
export const multiplyFinite: Helper = helper(
  "f.mul",
  ["i32", "i64", "i32", "i64"],
  ["i32", "i64", "i64"],
  (f, expA, sigA, expB, sigB) => {
    const high = f.local("i64");
    const low = f.local("i64");
    f.do(multiply64, [sigA!, sigB!], [high, low]);
    const e = f.let(expA!.add(expB!));
    f.if(high.ltS(0), () => f.return(e.add(1), high, low));
    f.return(e, high.shl(1).or(low.shrU(63)), low.shl(1));
    f.unreachable();
  },
);

/** (exponent, significand) of a, then of b → (exponent, high, low) of a / b. */
export const divideFinite: Helper = helper(
  "f.div",
  ["i32", "i64", "i32", "i64"],
  ["i32", "i64", "i64"],
  (f, expA, sigA, expB, sigB) => {
    const e = f.variable(expA!.sub(expB!));
    const high = f.variable(sigA!.shrU(1));
    const low = f.variable(sigA!.shl(63));
    f.if(sigA!.ltU(sigB!), () => {
      f.set(e, e.sub(1));
      f.set(high, sigA!);
      f.set(low, i64(0));
    });
    const quotient = f.local("i64");
    const rest = f.local("i64");
    f.do(divide128, [high, low, sigB!], [quotient, rest]);
    const next = f.let(rest.geU(sigB!.sub(rest)));
    const left = f.let(select(next, rest.sub(sigB!.sub(rest)), rest));
    f.return(e, quotient, next.extendU().shl(63).or(left.ne(0).extendU()));
    f.unreachable();
  },
);

/** (exponent, significand) → (exponent, high, low) of the square root. */
export const squareRootFinite: Helper = helper(
  "f.sqrt",
  ["i32", "i64"],
  ["i32", "i64", "i64"],
  (f, e, significand) => {
    const root = f.local("i64");
    const rest = f.local("i64");
    // An even exponent leaves the number in [1, 2), an odd one in [2, 4): two bits before the point.
    const odd = f.let(e!.and(1).extendU());
    const number = significand!.shrU(i64(1).sub(odd));
    const spilled = select(odd.eqz(), significand!.shl(63), i64(0));
    f.do(squareRoot128, [number, spilled], [root, rest]);
    f.return(e!.shrS(1), root, rest);
    f.unreachable();
  },
);
