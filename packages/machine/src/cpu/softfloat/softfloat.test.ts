// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { type Helper, ModuleBuilder, engine } from "../../wasm/index.ts";
import {
  addExtended,
  divideExtended,
  multiplyExtended,
  squareRootExtended,
} from "./extended-arithmetic.ts";
import { fromDouble, toBcd, toDouble, toInteger } from "./extended-convert.ts";
import { remainderExtended } from "./extended-special.ts";
import { double, single } from "./sse-arithmetic.ts";
import { doubleToInt64, doubleToSingle, roundDouble } from "./sse-convert.ts";

type Call = (...operands: (bigint | number)[]) => (bigint | number)[];

const helpers: Helper[] = [
  ...Object.values(double),
  ...Object.values(single),
  doubleToInt64,
  doubleToSingle,
  roundDouble,
  addExtended,
  multiplyExtended,
  divideExtended,
  squareRootExtended,
  remainderExtended,
  fromDouble,
  toDouble,
  toInteger,
  toBcd,
];
const module = new ModuleBuilder();
for (const h of helpers) module.exportHelper(h);
const instance = new engine.Instance(new engine.Module(module.finish()), {});
const call = (h: Helper, ...operands: (bigint | number)[]): (bigint | number)[] =>
  (instance.exports[h.name] as Call)(...operands);

const buffer = new DataView(new ArrayBuffer(8));
const bits64 = (x: number): bigint => (buffer.setFloat64(0, x), buffer.getBigInt64(0));
const float64 = (b: bigint): number => (buffer.setBigInt64(0, b), buffer.getFloat64(0));
const bits32 = (x: number): bigint => (buffer.setFloat32(0, x), BigInt(buffer.getUint32(0)));
const float32 = (b: bigint): number => (buffer.setUint32(0, Number(b)), buffer.getFloat32(0));

const COMMON = 0x1f80;
const INEXACT = 0x20;

// A fixed sequence: tests give the same result on each run.
let seed = 1;
function random(): number {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  const high = seed;
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return float64((BigInt(high) << 32n) | BigInt(seed));
}

test("double arithmetic in the common mode is JavaScript's", () => {
  for (let i = 0; i < 2000; i++) {
    let [a, b] = [random(), random()];
    // Half of the pairs near each other, so that sums cancel.
    if (i % 2 === 0) b = a * (1 + (i % 7) * 2 ** -50);
    if (Number.isNaN(a) || Number.isNaN(b)) continue;
    for (const [h, wanted] of [
      [double.add, a + b],
      [double.sub, a - b],
      [double.mul, a * b],
      [double.div, a / b],
    ] as const) {
      const result = float64(call(h, bits64(a), bits64(b), COMMON)[0] as bigint);
      expect([h.name, a, b, result]).toEqual([h.name, a, b, wanted]);
    }
    const root = float64(call(double.sqrt, bits64(Math.abs(a)), COMMON)[0] as bigint);
    expect(root).toBe(Math.sqrt(Math.abs(a)));
    [a, b] = [Math.fround(a), Math.fround(b)];
    const product = call(single.mul, bits32(a), bits32(b), COMMON)[0] as bigint;
    if (!Number.isNaN(a * b)) expect(float32(product)).toBe(Math.fround(a * b));
  }
});

test("rounding modes bracket a result that is not exact", () => {
  const third = (mode: number): number => {
    const [bits, flags] = call(double.div, bits64(1), bits64(3), COMMON | (mode << 13));
    expect((flags as number) & 0x3f).toBe(INEXACT);
    return float64(bits as bigint);
  };
  const [nearest, down, up, zero] = [0, 1, 2, 3].map(third) as [number, number, number, number];
  expect(nearest).toBe(1 / 3);
  expect(down).toBe(zero);
  expect(up).toBeGreaterThan(down);
  expect([up, down]).toContain(nearest);
});

test("a signalling NaN becomes quiet, keeps its payload and is invalid", () => {
  const signalling = 0x7ff0_0000_0000_1234n;
  const [result, flags] = call(double.add, signalling, bits64(1), COMMON);
  expect(BigInt.asUintN(64, result as bigint)).toBe(0x7ff8_0000_0000_1234n);
  expect(flags).toBe(1);
});

test("subnormal results: underflow when inexact, zero with FTZ", () => {
  const tiny = bits64(2 ** -1022);
  const [half, exact] = call(double.mul, tiny, bits64(0.5), COMMON);
  expect(float64(half as bigint)).toBe(2 ** -1023);
  expect(exact).toBe(0);
  const [, inexact] = call(double.mul, tiny, bits64(1 / 3), COMMON);
  expect((inexact as number) & 0x3f).toBe(0x30);
  const [flushed] = call(double.mul, tiny, bits64(0.5), COMMON | 0x8000);
  expect(float64(flushed as bigint)).toBe(0);
});

test("conversions out of range give the integer indefinite", () => {
  const [n, flags] = call(doubleToInt64, bits64(2 ** 63), COMMON, 0);
  expect([n, flags]).toEqual([-(2n ** 63n), 1]);
  expect(call(doubleToInt64, bits64(-(2 ** 63)), COMMON, 0)).toEqual([-(2n ** 63n), 0]);
  expect(call(doubleToInt64, bits64(2.5), COMMON, 0)[0]).toBe(2n);
  expect(call(doubleToInt64, bits64(2.5), COMMON, 2)[0]).toBe(3n);
});

// --- 80 bits

const FCW = 0x37f;
const extended = (x: number): [bigint, number] => {
  const [sig, se] = call(fromDouble, bits64(x));
  return [sig as bigint, se as number];
};
const numberOf = (sig: bigint, se: number): number =>
  float64(call(toDouble, sig, se, FCW)[0] as bigint);

test("80-bit sums keep what a double loses", () => {
  const [sig, se] = call(addExtended, ...extended(1), ...extended(2 ** -60), FCW);
  const [back, word] = call(addExtended, sig as bigint, se as number, ...extended(-1), FCW);
  expect(numberOf(back as bigint, word as number)).toBe(2 ** -60);
});

test("precision control rounds to a double's bits", () => {
  const [sig, , flags] = call(divideExtended, ...extended(1), ...extended(3), 0x27f);
  expect((sig as bigint) & 0x7ffn).toBe(0n);
  expect((flags as number) & 0x3f).toBe(INEXACT);
});

test("musl's strtod: 0.2 × 200000 is 40000 and not 39999.99…", () => {
  const fifth = call(divideExtended, ...extended(2), ...extended(10), FCW);
  const [sig, se] = call(
    multiplyExtended,
    fifth[0] as bigint,
    fifth[1] as number,
    ...extended(200000),
    FCW,
  );
  expect(numberOf(sig as bigint, se as number)).toBe(40000);
});

test("square roots are exact where they can be", () => {
  const [sig, se, flags] = call(squareRootExtended, ...extended(1048576), FCW);
  expect([numberOf(sig as bigint, se as number), flags]).toEqual([1024, 0]);
});

test("a remainder comes in steps where the exponents are far apart", () => {
  let [sig, se] = extended(2 ** 200);
  for (let steps = 1; steps < 20; steps++) {
    const r = call(remainderExtended, sig, se, ...extended(7), FCW, 0);
    [sig, se] = [r[0] as bigint, r[1] as number];
    if (r[3] !== -2) {
      expect(steps).toBeGreaterThan(2);
      break;
    }
  }
  // 2^200 = (2^3)^66 × 4, and 2^3 is 1 modulo 7.
  expect(numberOf(sig, se)).toBe(4);
});

test("integers and BCD", () => {
  expect(call(toInteger, ...extended(-2.5), 0, 32)).toEqual([-2n, INEXACT]);
  expect(call(toInteger, ...extended(40000), 0, 16)).toEqual([-32768n, 1]);
  const [low, high] = call(toBcd, ...extended(-1234567890), 0);
  expect([low, high]).toEqual([0x1234567890n, 0x8000]);
});
