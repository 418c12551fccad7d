// SPDX-License-Identifier: MPL-2.0

/** 128-bit unsigned integers as pairs of i64, high half first. */

import { type Helper, type Value, helper, i32, i64, select } from "../../wasm/index.ts";

const LOW32 = 0xffffffffn;

/** (a, b) → (high, low) of the product. */
export const multiply64: Helper = helper("f.mul128", ["i64", "i64"], ["i64", "i64"], (f, a, b) => {
  const al = f.let(a!.and(LOW32));
  const ah = f.let(a!.shrU(32));
  const bl = f.let(b!.and(LOW32));
  const bh = f.let(b!.shrU(32));
  const middle = f.let(ah.mul(bl).add(al.mul(bl).shrU(32)));
  const other = f.let(al.mul(bh).add(middle.and(LOW32)));
  f.return(ah.mul(bh).add(middle.shrU(32)).add(other.shrU(32)), a!.mul(b!));
  f.unreachable();
});

/**
 * (high, low, n) → the number shifted right by n ≥ 0; bits that fall out leave the lowest bit set,
 * so that a later rounding sees that the result was not exact.
 */
export const shiftRightJam: Helper = helper(
  "f.shrjam",
  ["i64", "i64", "i32"],
  ["i64", "i64"],
  (f, high, low, n) => {
    f.if(n!.eqz(), () => f.return(high!, low!));
    f.if(n!.ltU(64), () => {
      const left = f.let(i32(64).sub(n!).extendU());
      const right = f.let(n!.extendU());
      const lost = low!.shl(left).ne(0).extendU();
      f.return(high!.shrU(right), high!.shl(left).or(low!.shrU(right)).or(lost));
    });
    f.if(n!.eq(64), () => f.return(i64(0), high!.or(low!.ne(0).extendU())));
    f.if(n!.ltU(128), () => {
      const left = f.let(i32(128).sub(n!).extendU());
      const lost = high!.shl(left).or(low!).ne(0).extendU();
      f.return(i64(0), high!.shrU(n!.sub(64).extendU()).or(lost));
    });
    f.return(i64(0), high!.or(low!).ne(0).extendU());
    f.unreachable();
  },
);

/** (high, low, divisor) → (quotient, remainder); the divisor has its top bit set and exceeds `high`. */
export const divide128: Helper = helper(
  "f.div128",
  ["i64", "i64", "i64"],
  ["i64", "i64"],
  (f, high, low, d) => {
    // Schoolbook division with two 32-bit digits: each estimate is at most two too large.
    const dh = f.let(d!.shrU(32));
    const dl = f.let(d!.and(LOW32));
    const digit = (remainder: Value, next: Value): { q: Value; r: Value } => {
      const q = f.variable(remainder.divU(dh));
      const part = f.variable(remainder.sub(q.mul(dh)));
      f.block((done) => {
        f.loop((again) => {
          const tooLarge = q.gtU(LOW32).or(q.mul(dl).gtU(part.shl(32).or(next)));
          f.brIf(done, tooLarge.eqz());
          f.set(q, q.sub(1));
          f.set(part, part.add(dh));
          f.brIf(again, part.leU(LOW32));
        });
      });
      return { q, r: f.let(remainder.shl(32).or(next).sub(q.mul(d!))) };
    };
    const first = digit(high!, f.let(low!.shrU(32)));
    const second = digit(first.r, f.let(low!.and(LOW32)));
    f.return(first.q.shl(32).or(second.q), second.r);
    f.unreachable();
  },
);

/**
 * (high, low) → (root, rest): the 64-bit integer square root of the 128-bit number, whose top two bits
 * are not both clear, and its next bit in bit 63 of `rest` with the lowest bit set if anything remains.
 */
export const squareRoot128: Helper = helper(
  "f.sqrt128",
  ["i64", "i64"],
  ["i64", "i64"],
  (f, high, low) => {
    // Digit by digit, two bits of the number for one of the root; 65 digits.
    const root = f.variable(i64(0));
    const rh = f.variable(i64(0)); // the remainder, up to 67 bits
    const rl = f.variable(i64(0));
    const nh = f.variable(high!);
    const nl = f.variable(low!);
    const carry = f.variable(i64(0)); // root's bit 64 in the last step
    const step = (): { trialHigh: Value; trialLow: Value; fits: Value } => {
      f.set(rh, rh.shl(2).or(rl.shrU(62)));
      f.set(rl, rl.shl(2).or(nh.shrU(62)));
      f.set(nh, nh.shl(2).or(nl.shrU(62)));
      f.set(nl, nl.shl(2));
      // trial = 4 * root + 1
      const trialHigh = f.let(root.shrU(62));
      const trialLow = f.let(root.shl(2).or(1));
      const fits = f.let(rh.gtU(trialHigh).or(rh.eq(trialHigh).and(rl.geU(trialLow))));
      f.if(fits, () => {
        f.set(rh, rh.sub(trialHigh).sub(rl.ltU(trialLow).extendU()));
        f.set(rl, rl.sub(trialLow));
      });
      return { trialHigh, trialLow, fits };
    };
    const i = f.variable(i32(64));
    f.loop((again) => {
      const { fits } = step();
      f.set(root, root.shl(1).or(fits.extendU()));
      f.set(i, i.sub(1));
      f.brIf(again, i);
    });
    const { fits } = step();
    f.set(carry, fits.extendU());
    f.return(root, carry.shl(63).or(rh.or(rl).ne(0).extendU()));
    f.unreachable();
  },
);

/** The smaller of two i32. */
export function minS(a: Value, b: Value): Value {
  return select(a.ltS(b), a, b);
}
