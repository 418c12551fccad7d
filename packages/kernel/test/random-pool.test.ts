// SPDX-License-Identifier: MPL-2.0

import { createCipheriv } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { fillRandom } from "@aster/ostd";
import { TestKernel } from "../src/testing/test-kernel.ts";
import { RandomPool } from "../src/device/random-pool.ts";

let system: TestKernel;

beforeEach(() => {
  system = new TestKernel();
});
afterEach(() => {
  system.leave();
});

/** The keystream of ChaCha20 from block `counter` on, by another implementation. */
function chacha20(key: Uint8Array, counter: number, count: number): Uint8Array {
  const nonce = new Uint8Array(16);
  new DataView(nonce.buffer).setUint32(0, counter, true);
  const cipher = createCipheriv("chacha20", key, nonce);
  return new Uint8Array(cipher.update(new Uint8Array(count)));
}

describe("the pool of random bytes", () => {
  test("gives the keystream of ChaCha20, under a key that block 0 replaces", () => {
    // The machine of a test has the same entropy each time.
    const seed = new Uint8Array(32);
    fillRandom(seed);
    system.leave();
    system = new TestKernel();
    const pool = new RandomPool();
    const first = new Uint8Array(200);
    pool.fill(first);
    expect(first).toEqual(chacha20(seed, 1, 200));
    const next = chacha20(seed, 0, 32);
    const second = new Uint8Array(100);
    pool.fill(second, 10, 80);
    expect(second.subarray(10, 90)).toEqual(chacha20(next, 1, 80));
    expect(second.subarray(90)).toEqual(new Uint8Array(10));
  });

  test("what is mixed in changes what comes out", () => {
    const [one, other] = [new RandomPool(), new RandomPool()];
    const bytes = new Uint8Array(32);
    other.mix(bytes);
    const [a, b] = [new Uint8Array(32), new Uint8Array(32)];
    one.fill(a);
    other.fill(b);
    expect(a).not.toEqual(b);
  });
});
