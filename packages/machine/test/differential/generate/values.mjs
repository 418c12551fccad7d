// SPDX-License-Identifier: MPL-2.0

/** Operand values: edges of every format, and random ones shaped so that operations interact. */

const mask = (bits) => (1n << BigInt(bits)) - 1n;

/** An integer of `bits` bits. */
export function integer(rng, bits) {
  const m = mask(bits);
  const top = 1n << BigInt(bits - 1);
  switch (rng.below(8)) {
    case 0:
      return rng.pick([0n, 1n, m, top, top - 1n, top + 1n, 2n, m - 1n]);
    case 1:
      return BigInt(rng.below(256)) & m;
    case 2:
      return -BigInt(rng.below(256)) & m;
    case 3:
      return (1n << BigInt(rng.below(bits))) & m;
    case 4:
      return ((1n << BigInt(rng.below(bits))) + BigInt(rng.range(-2, 2))) & m;
    case 5: {
      const width = BigInt(rng.range(1, bits));
      return rng.u64() & mask(width) & m;
    }
    default:
      return rng.u64() & m;
  }
}

/** Lanes of bytes in which equal and neighbouring values are frequent (for compares, saturation, strings). */
export function byteLanes(rng, length) {
  const out = new Uint8Array(length);
  const shape = rng.below(5);
  const few = [rng.below(256), rng.below(256), 0, 0x7f, 0x80, 0xff];
  for (let i = 0; i < length; i++) {
    if (shape === 0) out[i] = rng.u32();
    else if (shape === 1) out[i] = rng.pick(few);
    else if (shape === 2) out[i] = rng.oneIn(4) ? rng.u32() : few[0];
    else if (shape === 3) out[i] = rng.oneIn(8) ? 0 : 0x61 + rng.below(3);
    else out[i] = rng.oneIn(2) ? 0xff : i & 1 ? 0x80 : 0;
  }
  if (shape === 4 && rng.oneIn(2)) {
    for (let i = 0; i + 2 <= length; i += 2) {
      const v = Number(integer(rng, 16));
      out[i] = v;
      out[i + 1] = v >> 8;
    }
  } else if (rng.oneIn(3)) {
    for (let i = 0; i + 4 <= length; i += 4) writeLittle(out, i, integer(rng, 32), 4);
  }
  return out;
}

export function writeLittle(out, at, value, bytes) {
  let v = value;
  for (let i = 0; i < bytes; i++) {
    out[at + i] = Number(v & 0xffn);
    v >>= 8n;
  }
}

/** The parts of a format: fraction bits without the leading one, exponent bits. */
const F32 = { fraction: 23, exponent: 8 };
const F64 = { fraction: 52, exponent: 11 };
const F80 = { fraction: 63, exponent: 15 };

const compose = (f, sign, exponent, fraction) =>
  (BigInt(sign) << BigInt(f.fraction + f.exponent)) |
  (BigInt(exponent) << BigInt(f.fraction)) |
  (fraction & mask(f.fraction));

function fraction(rng, f) {
  const bits = f.fraction;
  switch (rng.below(6)) {
    case 0:
      return 0n;
    case 1:
      return mask(bits) - BigInt(rng.below(3));
    case 2:
      return BigInt(rng.range(1, 3));
    case 3:
      return rng.u64() & mask(bits) & ~mask(rng.below(bits));
    case 4:
      return 1n << BigInt(rng.below(bits));
    default:
      return rng.u64() & mask(bits);
  }
}

/** The fields of a floating-point number as `{sign, exponent, fraction}`, exponent biased. */
function fields(rng, f) {
  const maximum = (1 << f.exponent) - 1;
  const bias = maximum >> 1;
  const sign = rng.below(2);
  switch (rng.below(16)) {
    case 0:
      return { sign, exponent: 0, fraction: 0n };
    case 1:
      return { sign, exponent: maximum, fraction: 0n };
    case 2: {
      const quiet = 1n << BigInt(f.fraction - 1);
      const payload = fraction(rng, f);
      if (rng.oneIn(2)) return { sign, exponent: maximum, fraction: payload | quiet };
      const signalling = payload & ~quiet;
      return { sign, exponent: maximum, fraction: signalling === 0n ? 1n : signalling };
    }
    case 3:
      return { sign, exponent: 0, fraction: fraction(rng, f) };
    case 4:
      return { sign, exponent: rng.range(1, 2), fraction: fraction(rng, f) };
    case 5:
      return { sign, exponent: maximum - rng.range(1, 2), fraction: fraction(rng, f) };
    case 6:
      return { sign, exponent: bias + rng.pick([0, 1, 2, -1]), fraction: 0n };
    case 7:
      return {
        sign,
        exponent: bias + rng.pick([14, 15, 30, 31, 32, 62, 63, 64]),
        fraction: fraction(rng, f),
      };
    case 8:
      return { sign, exponent: rng.below(maximum + 1), fraction: fraction(rng, f) };
    case 9: {
      // Halves of the exponent range: products and quotients over- and underflow here.
      const half = bias + rng.pick([1, -1]) * (bias >> 1) + rng.range(-3, 3);
      return { sign, exponent: half, fraction: fraction(rng, f) };
    }
    default:
      return { sign, exponent: bias + rng.range(-6, 6), fraction: fraction(rng, f) };
  }
}

export function float32(rng) {
  const x = fields(rng, F32);
  return compose(F32, x.sign, x.exponent, x.fraction);
}

export function float64(rng) {
  const x = fields(rng, F64);
  return compose(F64, x.sign, x.exponent, x.fraction);
}

/** An 80-bit number as 10 bytes; also pseudo-denormals, unnormals and pseudo-NaNs. */
export function float80(rng) {
  const x = fields(rng, F80);
  let integerBit = x.exponent === 0 ? 0n : 1n;
  if (rng.oneIn(24)) integerBit ^= 1n;
  const out = new Uint8Array(10);
  let fractionBits = x.fraction;
  // Values that came from a float or double are the common ones.
  if (rng.oneIn(3)) fractionBits &= ~mask(rng.pick([11, 40]));
  writeLittle(out, 0, (integerBit << 63n) | fractionBits, 8);
  writeLittle(out, 8, BigInt((x.sign << 15) | x.exponent), 2);
  return out;
}

/** Packed BCD for fbld: mostly valid digits. */
export function bcd(rng) {
  const out = new Uint8Array(10);
  const digits = rng.below(19);
  for (let i = 0; i < digits; i++) {
    out[i >> 1] |= rng.below(10) << (4 * (i & 1));
  }
  out[9] = rng.oneIn(2) ? 0x80 : 0;
  if (rng.oneIn(8)) out[rng.below(10)] = rng.u32();
  return out;
}

/**
 * `length` bytes holding lanes of the type: "b" bytes and integers of any width,
 * "s" float32, "d" float64, "t" float80 (10 bytes), "B" packed BCD.
 */
export function lanes(rng, type, length) {
  if (type === "t") return float80(rng);
  if (type === "B") return bcd(rng);
  const out = byteLanes(rng, length);
  const width = type === "s" ? 4 : type === "d" ? 8 : 0;
  if (width !== 0) {
    for (let i = 0; i + width <= length; i += width) {
      writeLittle(out, i, width === 4 ? float32(rng) : float64(rng), width);
    }
  }
  return out;
}
