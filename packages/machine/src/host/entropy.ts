// SPDX-License-Identifier: MPL-2.0

/** Fills `bytes` with random bytes. */
export type EntropySource = (bytes: Uint8Array) => void;

/** Web Crypto refuses more than this at a time (W3C Web Cryptography API, getRandomValues). */
const MAX_REQUEST_BYTES = 65_536;

/** The host's cryptographic random numbers. */
export const hostEntropy: EntropySource = (bytes) => {
  for (let offset = 0; offset < bytes.length; offset += MAX_REQUEST_BYTES) {
    const part = bytes.subarray(offset, offset + MAX_REQUEST_BYTES);
    // getRandomValues refuses views of shared memory, and RAM may be shared: go through a copy.
    const copy = new Uint8Array(part.length);
    crypto.getRandomValues(copy);
    part.set(copy);
  }
};

/** A reproducible stream for deterministic runs (xoshiro128**); no secret can rest on it. */
export function seededEntropy(seed: number): EntropySource {
  // splitmix32 spreads the seed over the state, which must not be all zero.
  let z = seed >>> 0;
  const next = (): number => {
    z = (z + 0x9e3779b9) | 0;
    let x = z ^ (z >>> 16);
    x = Math.imul(x, 0x21f0aaad);
    x ^= x >>> 15;
    x = Math.imul(x, 0x735a2d97);
    return (x ^ (x >>> 15)) | 0;
  };
  let a = next();
  let b = next();
  let c = next();
  let d = next() | 1;
  return (bytes) => {
    for (let i = 0; i < bytes.length; i += 4) {
      const product = Math.imul(b, 5);
      const word = Math.imul((product << 7) | (product >>> 25), 9);
      const t = b << 9;
      c ^= a;
      d ^= b;
      b ^= c;
      a ^= d;
      c ^= t;
      d = (d << 11) | (d >>> 21);
      for (let k = 0; k < 4 && i + k < bytes.length; k++) bytes[i + k] = word >>> (8 * k);
    }
  };
}
