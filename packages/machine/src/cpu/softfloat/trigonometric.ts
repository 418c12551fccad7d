// SPDX-License-Identifier: MPL-2.0

/**
 * fsin, fcos, fptan and fpatan for finite operands that are not zero. Results are 128 bits wide, correct to more than 110 bits, for
 * `packExtended` to round.
 */

import {
  type FunctionBuilder,
  type Helper,
  type Value,
  helper,
  i32,
  i64,
} from "../../wasm/index.ts";
import {
  ARC_TANGENTS,
  COSINE,
  HALF_PI,
  ODD_INVERSES,
  PI,
  SINE,
  type Series,
  type Wide,
  divideWide,
  evaluate,
  locals,
  multiplyHigh,
  multiplyWide,
  normalizeWide,
  wide,
} from "./series.ts";
import { shiftRightJam } from "./wide.ts";

/** π cut to 66 bits, as the x87 reduces its operands by (SDM vol. 1, 8.3.8), in units of 2^-64. */
const PI66_HIGH = 0x3n;
const PI66_LOW = 0x243f6a8885a308d3n;

/**
 * (exponent below 63, significand) → (quadrant, sign, exponent, high, low): the operand less the nearest multiple of
 * π/2, whose number modulo 4 is the quadrant.
 */
export const reduceAngle: Helper = helper(
  "f.reduce",
  ["i32", "i64"],
  ["i32", "i32", "i32", "i64", "i64"],
  (f, e, significand) => {
    // Below 1/2 < π/4 there is nothing to do.
    f.if(e!.ltS(-1), () => f.return(i32(0), i32(0), e!, significand!, i64(0)));
    // Long division in units of 2^-65, in which π/2 is PI66.
    const quadrant = f.variable(i32(0));
    const high = f.variable(i64(0));
    const low = f.variable(i64(0));
    const bits = f.variable(significand!);
    const left = f.variable(e!.add(66));
    f.loop((again) => {
      f.set(high, high.shl(1).or(low.shrU(63)));
      f.set(low, low.shl(1).or(bits.shrU(63)));
      f.set(bits, bits.shl(1));
      f.set(quadrant, quadrant.shl(1));
      const fits = high.gtU(PI66_HIGH).or(high.eq(PI66_HIGH).and(low.geU(PI66_LOW)));
      f.if(fits, () => {
        f.set(high, high.sub(PI66_HIGH).sub(low.ltU(PI66_LOW).extendU()));
        f.set(low, low.sub(PI66_LOW));
        f.set(quadrant, quadrant.add(1));
      });
      f.set(left, left.sub(1));
      f.brIf(again, left);
    });
    const sign = f.variable(i32(0));
    // Beyond π/4 the next multiple is nearer.
    const halfHigh = PI66_HIGH >> 1n;
    const halfLow = ((PI66_HIGH & 1n) << 63n) | (PI66_LOW >> 1n);
    f.if(high.gtU(halfHigh).or(high.eq(halfHigh).and(low.gtU(halfLow))), () => {
      f.set(high, i64(PI66_HIGH).sub(high).sub(i64(PI66_LOW).ltU(low).extendU()));
      f.set(low, i64(PI66_LOW).sub(low));
      f.set(sign, i32(1));
      f.set(quadrant, quadrant.add(1));
    });
    // 2^127 in (high, low) is 2^62 in units of 2^-65.
    const rest = wide(f, i32(127 - 65), high, low);
    f.do(normalizeWide, locals(rest), locals(rest));
    f.return(quadrant.and(3), sign, ...locals(rest));
    f.unreachable();
  },
);

/** x² as a fraction of 2^128, for x below 1. */
function square(f: FunctionBuilder, x: Wide): [Value, Value] {
  const h = f.local("i64");
  const l = f.local("i64");
  f.do(shiftRightJam, [x.high, x.low, i32(-1).sub(x.exponent)], [h, l]);
  f.do(multiplyHigh, [h, l, h, l], [h, l]);
  return [h, l];
}

/** Σ c(k) t^k with alternating signs, normalized. */
function alternating(f: FunctionBuilder, s: Series, th: Value, tl: Value): Wide {
  const sum = wide(f, i32(0), i64(0), i64(0));
  f.do(evaluate, [th, tl, i32(s.address), i32(s.terms), i32(1)], [sum.high, sum.low]);
  f.do(normalizeWide, locals(sum), locals(sum));
  return sum;
}

/** (exponent, high, low) of x to π/4 → sin x. */
export const sine: Helper = helper(
  "f.sin",
  ["i32", "i64", "i64"],
  ["i32", "i64", "i64"],
  (f, e, high, low) => {
    const x = wide(f, e!, high!, low!);
    const [th, tl] = square(f, x);
    const p = alternating(f, SINE, th, tl);
    f.return(...locals(multiplyWide(f, x, p.exponent, p.high, p.low)));
    f.unreachable();
  },
);

/** (exponent, high, low) of x to π/4 → cos x. */
export const cosine: Helper = helper(
  "f.cos",
  ["i32", "i64", "i64"],
  ["i32", "i64", "i64"],
  (f, e, high, low) => {
    const [th, tl] = square(f, wide(f, e!, high!, low!));
    f.return(...locals(alternating(f, COSINE, th, tl)));
    f.unreachable();
  },
);

/** (exponent, high, low, inverse) of x to π/4 → tan x, or cot x. */
export const tangent: Helper = helper(
  "f.tan",
  ["i32", "i64", "i64", "i32"],
  ["i32", "i64", "i64"],
  (f, e, high, low, inverse) => {
    // tan x = x (1 + x²/3 + …): just above x.
    f.if(e!.ltS(-40).and(inverse!.eqz()), () => f.return(e!, high!, low!.or(1)));
    const s = wide(f, e!, high!, low!);
    const c = wide(f, e!, high!, low!);
    f.do(sine, locals(s), locals(s));
    f.do(cosine, locals(c), locals(c));
    const quotient = wide(f, i32(0), i64(0), i64(0));
    const divide = (n: Wide, d: Wide): void => {
      f.do(divideWide, [n.high, n.low, d.high, d.low], locals(quotient));
      f.set(quotient.exponent, quotient.exponent.add(n.exponent).sub(d.exponent));
    };
    f.if(
      inverse!,
      () => divide(c, s),
      () => divide(s, c),
    );
    f.return(...locals(quotient));
    f.unreachable();
  },
);

/** (exponent, high, low) of q to 1 → atan q. */
const arcTangentToOne: Helper = helper(
  "f.atan1",
  ["i32", "i64", "i64"],
  ["i32", "i64", "i64"],
  (f, e, high, low) => {
    const h = f.local("i64");
    const l = f.local("i64");
    // q as a multiple of 2^-127, and the nearest eighth.
    f.do(shiftRightJam, [high!, low!, i32(0).sub(e!)], [h, l]);
    const eighth = f.let(h.add(1n << 59n).shrU(60));
    f.if(eighth.eqz(), () => {
      const q = wide(f, e!, high!, low!);
      const [th, tl] = square(f, q);
      const p = alternating(f, ODD_INVERSES, th, tl);
      f.return(...locals(multiplyWide(f, q, p.exponent, p.high, p.low)));
    });
    // atan q = atan c + atan r, r = (q − c) / (1 + q c), |r| ≤ 1/16.
    const c = f.let(eighth.shl(60));
    const below = f.let(h.ltU(c));
    const difference = wide(f, i32(0), h.sub(c), l);
    f.if(below, () => {
      f.set(difference.high, c.sub(h).sub(l.ne(0).extendU()));
      f.set(difference.low, i64(0).sub(l));
    });
    const at = f.let(eighth.wrap().shl(4));
    const constantHigh = at.load64(ARC_TANGENTS + 8);
    const constantLow = at.load64(ARC_TANGENTS);
    const result = wide(f, i32(0), constantHigh, constantLow);
    f.if(difference.high.or(difference.low).ne(0), () => {
      f.do(normalizeWide, locals(difference), locals(difference));
      // 1 + q c as a multiple of 2^-126: q c is (q × 2^-127) (c × 2^-127).
      const productHigh = f.local("i64");
      const productLow = f.local("i64");
      f.do(multiplyHigh, [h, l, c, i64(0)], [productHigh, productLow]);
      const denominator = wide(f, i32(1), productHigh.add(1n << 62n), productLow);
      f.do(normalizeWide, locals(denominator), locals(denominator));
      const r = wide(f, i32(0), i64(0), i64(0));
      f.do(
        divideWide,
        [difference.high, difference.low, denominator.high, denominator.low],
        locals(r),
      );
      f.set(r.exponent, r.exponent.add(difference.exponent).sub(denominator.exponent));
      const [th, tl] = square(f, r);
      const p = alternating(f, ODD_INVERSES, th, tl);
      const part = multiplyWide(f, r, p.exponent, p.high, p.low);
      f.do(shiftRightJam, [part.high, part.low, i32(0).sub(part.exponent)], [part.high, part.low]);
      f.if(
        below,
        () => subtract(f, result, part.high, part.low),
        () => addTo(f, result, part.high, part.low),
      );
    });
    f.do(normalizeWide, locals(result), locals(result));
    f.return(...locals(result));
    f.unreachable();
  },
);

function addTo(f: FunctionBuilder, x: Wide, high: Value, low: Value): void {
  f.set(x.low, x.low.add(low));
  f.set(x.high, x.high.add(high).add(x.low.ltU(low).extendU()));
}

function subtract(f: FunctionBuilder, x: Wide, high: Value, low: Value): void {
  f.set(x.high, x.high.sub(high).sub(x.low.ltU(low).extendU()));
  f.set(x.low, x.low.sub(low));
}

/**
 * (exponent and significand of |y|, then of |x|, x is negative) → (exponent, high, low) of the angle of (x, y), 0 to π.
 */
export const arcTangent: Helper = helper(
  "f.atan2",
  ["i32", "i64", "i32", "i64", "i32"],
  ["i32", "i64", "i64"],
  (f, ey, sy, ex, sx, negative) => {
    const steep = f.let(ey!.gtS(ex!).or(ey!.eq(ex!).and(sy!.gtU(sx!))));
    const q = wide(f, i32(0), i64(0), i64(0));
    f.if(
      steep,
      () => {
        f.do(divideWide, [sx!, i64(0), sy!, i64(0)], locals(q));
        f.set(q.exponent, q.exponent.add(ex!).sub(ey!));
      },
      () => {
        f.do(divideWide, [sy!, i64(0), sx!, i64(0)], locals(q));
        f.set(q.exponent, q.exponent.add(ey!).sub(ex!));
      },
    );
    f.do(arcTangentToOne, locals(q), locals(q));
    f.if(steep.or(negative!).eqz(), () => f.return(...locals(q)));
    // π/2 ∓ angle where steep, else π − angle; as multiples of 2^-126.
    const result = wide(f, i32(1), i64(PI.high), i64(PI.low));
    f.if(steep, () => {
      f.set(result.high, i64(HALF_PI.high >> 1n));
      f.set(result.low, i64(((HALF_PI.high & 1n) << 63n) | (HALF_PI.low >> 1n)));
    });
    f.do(shiftRightJam, [q.high, q.low, i32(1).sub(q.exponent)], [q.high, q.low]);
    const adds = f.let(steep.and(negative!));
    f.if(
      adds,
      () => addTo(f, result, q.high, q.low),
      () => subtract(f, result, q.high, q.low),
    );
    f.do(normalizeWide, locals(result), locals(result));
    f.return(...locals(result));
    f.unreachable();
  },
);
