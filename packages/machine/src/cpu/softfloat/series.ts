// SPDX-License-Identifier: MPL-2.0

/**
 * What the transcendental functions compute with: 128-bit fixed point, about twice the precision of their
 * result, so that only the final rounding is felt. Power series have their coefficients in tables.
 */

import type { ConstantTable } from "../isa/define.ts";
import { CONSTANTS } from "../layout.ts";
import {
  type FunctionBuilder,
  type Helper,
  type Local,
  type Value,
  helper,
  i32,
  i64,
} from "../../wasm/index.ts";
import { multiply64 } from "./wide.ts";

const ONE = 1n << 128n;
/** The scale of coefficients: 1.0 is 2^127. */
const HALF = 1n << 127n;

// --- Constants

/** Σ of `term(k)` scaled by 2^256, until it vanishes. */
function sum(term: (k: number) => bigint): bigint {
  let total = 0n;
  for (let k = 0; ; k++) {
    const t = term(k);
    if (t === 0n) return total;
    total += t;
  }
}

const WIDE = 1n << 256n;
const arcTangentOfInverse = (n: bigint): bigint =>
  sum((k) => {
    const t = WIDE / (n ** BigInt(2 * k + 1) * BigInt(2 * k + 1));
    return k % 2 === 0 ? t : -t;
  });
/** π and ln 2, times 2^256 (Machin's formula; ln 2 = 2 atanh 1/3). */
const PI_WIDE = 16n * arcTangentOfInverse(5n) - 4n * arcTangentOfInverse(239n);
const LN2_WIDE = 2n * sum((k) => WIDE / (3n ** BigInt(2 * k + 1) * BigInt(2 * k + 1)));

/** A positive constant as exponent of its leading bit and 128 bits of significand. */
export interface Constant {
  readonly exponent: number;
  readonly high: bigint;
  readonly low: bigint;
}

/** `numerator` / `denominator` × 2^`exponent`, cut to 128 bits; the value must lie in [1, 2) × 2^`exponent`. */
function constant(numerator: bigint, denominator: bigint, exponent: number): Constant {
  const bits = (numerator * HALF) / denominator;
  if (bits < HALF || bits >= ONE) throw new Error("the constant is not normalized");
  return { exponent, high: bits >> 64n, low: bits & (2n ** 64n - 1n) };
}

export const LN2: Constant = constant(2n * LN2_WIDE, WIDE, -1);
/** 2 / ln 2 */
export const TWO_OVER_LN2: Constant = constant(WIDE, LN2_WIDE, 1);
export const PI: Constant = constant(PI_WIDE, 2n * WIDE, 1);
/** π / 2 and π / 4 have the same bits. */
export const HALF_PI: Constant = { ...PI, exponent: 0 };

// --- Tables

const TABLES = CONSTANTS + 0x2000;
let nextTable = TABLES;
const tables: ConstantTable[] = [];

/** Puts 128-bit numbers into the constant tables; gives the address. */
function table(values: readonly bigint[]): number {
  const address = nextTable;
  const words = new BigUint64Array(values.length * 2);
  values.forEach((v, i) => {
    words[2 * i] = v & (2n ** 64n - 1n);
    words[2 * i + 1] = v >> 64n;
  });
  tables.push({ address, bytes: new Uint8Array(words.buffer) });
  nextTable += words.byteLength;
  return address;
}

/** A series Σ c(k) t^k: where its coefficients stand, and how many there are. */
export interface Series {
  readonly address: number;
  readonly terms: number;
}

function series(terms: number, divisor: (k: number) => bigint): Series {
  const values = Array.from({ length: terms }, (_, k) => HALF / divisor(k));
  return { address: table(values), terms };
}

const factorial = (n: number): bigint => (n < 2 ? 1n : BigInt(n) * factorial(n - 1));

/** sin x / x and cos x in t = x², signs alternating; for x to π/4. */
export const SINE: Series = series(16, (k) => factorial(2 * k + 1));
export const COSINE: Series = series(16, (k) => factorial(2 * k));
/** (e^x − 1) / x in t = x, for x to ln 2. */
export const EXPONENTIAL: Series = series(34, (k) => factorial(k + 1));
/** atanh x / x, and atan x / x with alternating signs, in t = x²; for x to 0.172. */
export const ODD_INVERSES: Series = series(27, (k) => BigInt(2 * k + 1));

/** atan(i / 8) × 2^127 for i = 0 … 8. */
export const ARC_TANGENTS: number = table(
  Array.from({ length: 9 }, (_, i) => {
    if (i === 8) return (PI_WIDE / 4n) >> 129n;
    // atan x = Σ 2^2k (k!)² / (2k + 1)! × x^(2k+1) / (1 + x²)^(k+1), which converges well up to 1 (Euler).
    const square = BigInt(i * i);
    let term = (WIDE * BigInt(i) * 8n) / (64n + square);
    let total = 0n;
    for (let k = 1n; term !== 0n; k++) {
      total += term;
      term = (term * 2n * k * square) / ((2n * k + 1n) * (64n + square));
    }
    return total >> 129n;
  }),
);

/** The constant tables of this file; see `isa/x87-transcendental.ts`. */
export const seriesTables: readonly ConstantTable[] = tables;

// --- Arithmetic on 128 bits

/** (a, b) → the upper half of the 256-bit product, short of it by at most 2. */
export const multiplyHigh: Helper = helper(
  "f.mulhigh",
  ["i64", "i64", "i64", "i64"],
  ["i64", "i64"],
  (f, ah, al, bh, bl) => {
    const high = f.local("i64");
    const low = f.local("i64");
    f.do(multiply64, [ah!, bh!], [high, low]);
    for (const [x, y] of [
      [ah, bl],
      [al, bh],
    ] as const) {
      const h = f.local("i64");
      const l = f.local("i64");
      f.do(multiply64, [x!, y!], [h, l]);
      f.set(low, low.add(h));
      f.set(high, high.add(low.ltU(h).extendU()));
    }
    f.return(high, low);
    f.unreachable();
  },
);

/**
 * (n, d), both with their top bit set → (exponent, quotient): 0 when n ≥ d, else −1; the quotient's top bit is set.
 */
export const divideWide: Helper = helper(
  "f.divwide",
  ["i64", "i64", "i64", "i64"],
  ["i32", "i64", "i64"],
  (f, nh, nl, dh, dl) => {
    const exponent = f.variable(i32(0));
    const rh = f.variable(nh!);
    const rl = f.variable(nl!);
    const qh = f.variable(i64(0));
    const ql = f.variable(i64(0));
    const carry = f.variable(i64(0));
    const double = (): void => {
      f.set(carry, rh.shrU(63));
      f.set(rh, rh.shl(1).or(rl.shrU(63)));
      f.set(rl, rl.shl(1));
    };
    const atLeast = (): Value =>
      carry
        .ne(0)
        .or(rh.gtU(dh!))
        .or(rh.eq(dh!).and(rl.geU(dl!)));
    f.if(atLeast().eqz(), () => {
      f.set(exponent, i32(-1));
      double();
    });
    const left = f.variable(i32(128));
    f.loop((again) => {
      const fits = f.let(atLeast());
      f.set(qh, qh.shl(1).or(ql.shrU(63)));
      f.set(ql, ql.shl(1).or(fits.extendU()));
      f.if(fits, () => {
        f.set(rh, rh.sub(dh!).sub(rl.ltU(dl!).extendU()));
        f.set(rl, rl.sub(dl!));
      });
      double();
      f.set(left, left.sub(1));
      f.brIf(again, left);
    });
    f.return(exponent, qh, ql);
    f.unreachable();
  },
);

/** (exponent, high, low) → the same with the top bit set; the number is not zero. */
export const normalizeWide: Helper = helper(
  "f.normwide",
  ["i32", "i64", "i64"],
  ["i32", "i64", "i64"],
  (f, e, high, low) => {
    f.if(high!.eqz(), () => {
      f.set(high!, low!);
      f.set(low!, i64(0));
      f.set(e!, e!.sub(64));
    });
    const shift = f.let(high!.clz());
    f.if(shift.eqz(), () => f.return(e!, high!, low!));
    f.return(
      e!.sub(shift.wrap()),
      high!.shl(shift).or(low!.shrU(i64(64).sub(shift))),
      low!.shl(shift),
    );
    f.unreachable();
  },
);

/**
 * (t as a fraction of 2^128, address, terms, alternating) → Σ c(k) t^k as a multiple of 2^-127. With alternating signs
 * the sum stays below its first coefficient even where t vanishes.
 */
export const evaluate: Helper = helper(
  "f.series",
  ["i64", "i64", "i32", "i32", "i32"],
  ["i64", "i64"],
  (f, th, tl, address, terms, alternating) => {
    const at = f.variable(address!.add(terms!.sub(1).shl(4)));
    const high = f.variable(at.load64(8));
    const low = f.variable(at.load64());
    f.loop((again) => {
      f.do(multiplyHigh, [high, low, th!, tl!], [high, low]);
      f.set(at, at.sub(16));
      const coefficient = f.let(at.load64());
      f.if(
        alternating!,
        () => {
          f.set(high, at.load64(8).sub(high).sub(coefficient.ltU(low).extendU()));
          f.set(low, coefficient.sub(low));
        },
        () => {
          f.set(low, low.add(coefficient));
          f.set(high, high.add(at.load64(8)).add(low.ltU(coefficient).extendU()));
        },
      );
      f.brIf(again, at.gtU(address!));
    });
    f.if(alternating!.and(high.eq(1n << 63n)).and(low.eqz()), () => {
      f.set(high, i64((1n << 63n) - 1n));
      f.set(low, i64(-1));
    });
    f.return(high, low);
    f.unreachable();
  },
);

// --- Numbers with 128 bits of significand, as locals

export interface Wide {
  readonly exponent: Local;
  readonly high: Local;
  readonly low: Local;
}

export function wide(f: FunctionBuilder, exponent: Value, high: Value, low: Value): Wide {
  return { exponent: f.variable(exponent), high: f.variable(high), low: f.variable(low) };
}

export const locals = (x: Wide): [Local, Local, Local] => [x.exponent, x.high, x.low];

/** x × y. */
export function multiplyWide(
  f: FunctionBuilder,
  x: Wide,
  exponent: Value,
  high: Value,
  low: Value,
): Wide {
  const h = f.local("i64");
  const l = f.local("i64");
  f.do(multiplyHigh, [x.high, x.low, high, low], [h, l]);
  const result = wide(f, x.exponent.add(exponent).add(1), h, l);
  f.do(normalizeWide, locals(result), locals(result));
  return result;
}

export function multiplyConstant(f: FunctionBuilder, x: Wide, c: Constant): Wide {
  return multiplyWide(f, x, i32(c.exponent), i64(c.high), i64(c.low));
}
