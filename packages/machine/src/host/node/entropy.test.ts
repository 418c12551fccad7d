// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { nodeEntropy } from "./entropy.ts";

function take(bytes: Uint8Array): Uint8Array {
  nodeEntropy(bytes);
  return bytes.slice();
}

test("fills all that is asked for, every time with something else", () => {
  const [first, second] = [take(new Uint8Array(100_000)), take(new Uint8Array(100_000))];
  expect(first).not.toEqual(second);
  // That 64 bytes in a row stay zero does not happen.
  for (let at = 0; at + 64 <= first.length; at += 64) {
    expect(first.subarray(at, at + 64).some((byte) => byte !== 0)).toBe(true);
  }
});

test("fills a view of shared memory, and nothing beside it", () => {
  const memory = new Uint8Array(new SharedArrayBuffer(256));
  nodeEntropy(memory.subarray(64, 192));
  expect(memory.subarray(64, 192).some((byte) => byte !== 0)).toBe(true);
  expect(memory.subarray(0, 64).some((byte) => byte !== 0)).toBe(false);
  expect(memory.subarray(192).some((byte) => byte !== 0)).toBe(false);
});
