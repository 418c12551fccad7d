// SPDX-License-Identifier: MPL-2.0

/** f2xm1, fyl2x and fyl2xp1 for finite operands that are not zero; see `trigonometric.ts`. */

import { type Helper, helper, i32, i64 } from "../../wasm/index.ts";
import {
  EXPONENTIAL,
  LN2,
  ODD_INVERSES,
  TWO_OVER_LN2,
  type Wide,
  divideWide,
  evaluate,
  locals,
  multiplyConstant,
  multiplyHigh,
  multiplyWide,
  normalizeWide,
  wide,
} from "./series.ts";
import { shiftRightJam } from "./wide.ts";

/** (sign, exponent, significand) of x, |x| ≤ 1 → (exponent, high, low) of |2^x − 1|. */
export const powerLessOne: Helper = helper(
  "f.exp2m1",
  ["i32", "i32", "i64"],
  ["i32", "i64", "i64"],
  (f, sign, e, significand) => {
    const y = multiplyConstant(f, wide(f, e!, significand!, i64(0)), LN2);
    const h = f.local("i64");
    const l = f.local("i64");
    f.do(shiftRightJam, [y.high, y.low, i32(-1).sub(y.exponent)], [h, l]);
    const p = wide(f, i32(0), i64(0), i64(0));
    const { address, terms } = EXPONENTIAL;
    f.do(evaluate, [h, l, i32(address), i32(terms), sign!], [p.high, p.low]);
    f.do(normalizeWide, locals(p), locals(p));
    f.return(...locals(multiplyWide(f, y, p.exponent, p.high, p.low)));
    f.unreachable();
  },
);

/** √2 / 2 as a fraction of 2^64, rounded up. */
const ROOT_HALF = 0xb504f333f9de6485n;

/** (exponent, high, low) of s = u/v, |s| ≤ 0.172 → (exponent, high, low) of log2((1 + s)/(1 − s)). */
const logOfRatio: Helper = helper(
  "f.log2ratio",
  ["i32", "i64", "i64"],
  ["i32", "i64", "i64"],
  (f, e, high, low) => {
    const s = wide(f, e!, high!, low!);
    const h = f.local("i64");
    const l = f.local("i64");
    f.do(shiftRightJam, [s.high, s.low, i32(-1).sub(s.exponent)], [h, l]);
    f.do(multiplyHigh, [h, l, h, l], [h, l]);
    const p = wide(f, i32(0), i64(0), i64(0));
    const { address, terms } = ODD_INVERSES;
    f.do(evaluate, [h, l, i32(address), i32(terms), i32(0)], [p.high, p.low]);
    f.do(normalizeWide, locals(p), locals(p));
    const product = multiplyWide(f, s, p.exponent, p.high, p.low);
    f.return(...locals(multiplyConstant(f, product, TWO_OVER_LN2)));
    f.unreachable();
  },
);

/** (exponent, high, low) of x > 0 → (sign, exponent, high, low) of log2 x; zeros for x = 1. */
export const logarithm: Helper = helper(
  "f.log2",
  ["i32", "i64", "i64"],
  ["i32", "i32", "i64", "i64"],
  (f, e, high, low) => {
    // x = m × 2^e with m in [√½, √2): s = (m − 1) / (m + 1), scaled so that m + 1 has its top bit at 127.
    const whole = f.variable(e!);
    const sign = f.variable(i32(0));
    const top = high!.and((1n << 63n) - 1n);
    const numerator = wide(f, i32(0), top, low!);
    const denominator = wide(
      f,
      i32(1),
      high!.shrU(1).add(1n << 62n),
      high!.shl(63).or(low!.shrU(1)),
    );
    f.if(high!.geU(ROOT_HALF), () => {
      f.set(whole, whole.add(1));
      f.set(sign, i32(1));
      // m in units of 2^-128: 1 − m and 1 + m.
      f.set(numerator.low, i64(0).sub(low!));
      f.set(numerator.high, i64(0).sub(high!).sub(low!.ne(0).extendU()));
      f.set(numerator.exponent, i32(-1));
      f.set(denominator.high, high!.shrU(1).or(1n << 63n));
      f.set(denominator.low, high!.shl(63).or(low!.shrU(1)));
      f.set(denominator.exponent, i32(0));
    });
    const log = wide(f, i32(0), i64(0), i64(0));
    f.if(numerator.high.or(numerator.low).ne(0), () => {
      f.do(normalizeWide, locals(numerator), locals(numerator));
      f.do(normalizeWide, locals(denominator), locals(denominator));
      f.do(
        divideWide,
        [numerator.high, numerator.low, denominator.high, denominator.low],
        locals(log),
      );
      f.set(log.exponent, log.exponent.add(numerator.exponent).sub(denominator.exponent));
      f.do(logOfRatio, locals(log), locals(log));
    });
    f.if(whole.eqz(), () => f.return(sign, ...locals(log)));
    // whole ± log, as multiples of 2^-112.
    const wholeSign = f.let(whole.ltS(0));
    const magnitude = f.let(whole.xor(whole.shrS(31)).sub(whole.shrS(31)));
    const total = wide(f, i32(15), magnitude.extendU().shl(48), i64(0));
    f.do(shiftRightJam, [log.high, log.low, i32(15).sub(log.exponent)], [log.high, log.low]);
    f.if(
      sign.eq(wholeSign),
      () => {
        f.set(total.low, log.low);
        f.set(total.high, total.high.add(log.high));
      },
      () => {
        f.set(total.high, total.high.sub(log.high).sub(log.low.ne(0).extendU()));
        f.set(total.low, i64(0).sub(log.low));
      },
    );
    f.do(normalizeWide, locals(total), locals(total));
    f.return(wholeSign, ...locals(total));
    f.unreachable();
  },
);

/** (sign, exponent, significand) of x > −1 → (sign, exponent, high, low) of log2(1 + x). */
export const logarithmOfSum: Helper = helper(
  "f.log2p1",
  ["i32", "i32", "i64"],
  ["i32", "i32", "i64", "i64"],
  (f, sign, e, significand) => {
    const h = f.local("i64");
    const l = f.local("i64");
    const log: Wide = wide(f, i32(0), i64(0), i64(0));
    const logSign = f.local("i32");
    f.if(e!.ltS(-2), () => {
      // s = x / (2 + x), 2 + x as a multiple of 2^-126.
      f.do(shiftRightJam, [significand!, i64(0), i32(1).sub(e!)], [h, l]);
      const d = wide(f, i32(1), i64(1n << 63n).add(h), l);
      f.if(sign!, () => {
        f.set(
          d.high,
          i64(1n << 63n)
            .sub(h)
            .sub(l.ne(0).extendU()),
        );
        f.set(d.low, i64(0).sub(l));
      });
      f.do(normalizeWide, locals(d), locals(d));
      f.do(divideWide, [significand!, i64(0), d.high, d.low], locals(log));
      f.set(log.exponent, log.exponent.add(e!).sub(d.exponent));
      f.do(logOfRatio, locals(log), locals(log));
      f.return(sign!, ...locals(log));
    });
    // 1 + x as a multiple of 2^-65; from 2^62 on the 1 does not show.
    f.if(
      e!.geS(62),
      () => f.do(logarithm, [e!, significand!, i64(0)], [logSign, ...locals(log)]),
      () => {
        f.do(shiftRightJam, [significand!, i64(0), i32(62).sub(e!)], [h, l]);
        f.if(sign!, () => {
          f.set(h, i64(0).sub(h).sub(l.ne(0).extendU()));
          f.set(l, i64(0).sub(l));
        });
        const x = wide(f, i32(62), h.add(2), l);
        f.do(normalizeWide, locals(x), locals(x));
        f.do(logarithm, locals(x), [logSign, ...locals(log)]);
      },
    );
    f.return(logSign, ...locals(log));
    f.unreachable();
  },
);
