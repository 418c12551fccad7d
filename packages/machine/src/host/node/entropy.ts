// SPDX-License-Identifier: MPL-2.0

import { closeSync, openSync, readSync } from "node:fs";
import { hostEntropy, type EntropySource } from "../entropy.ts";

const DEVICE = "/dev/urandom";

/**
 * The host's cryptographic random numbers. Where the host has a device for them they are read from there: loading Node's
 * cryptography for a few bytes takes milliseconds.
 */
export const nodeEntropy: EntropySource = (bytes) => {
  if (!readDevice(bytes)) hostEntropy(bytes);
};

function readDevice(bytes: Uint8Array): boolean {
  // RAM may be shared, which readSync does not take.
  const copy = new Uint8Array(bytes.length);
  let file: number | undefined;
  try {
    file = openSync(DEVICE, "r");
    let done = 0;
    while (done < copy.length) {
      const count = readSync(file, copy, done, copy.length - done, null);
      if (count === 0) return false;
      done += count;
    }
  } catch {
    return false;
  } finally {
    if (file !== undefined) closeSync(file);
  }
  bytes.set(copy);
  return true;
}
