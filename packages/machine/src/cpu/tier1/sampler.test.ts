// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import type { Address } from "./address.ts";
import { Sampler, type SamplerHost } from "./sampler.ts";

const LOW = 0x400_123;

/** A sampler that always finds the program at the same place, and how often it looked until that was compiled. */
function samplesUntilCompiled(isInside: boolean): number {
  const compiled: (readonly number[])[] = [];
  const host: SamplerHost = {
    rip: () => ({ low: LOW, high: 0 }) as Address,
    coldExits: () => [],
    exits: () => 0,
    splits: () => ({ count: 0, region: 0 }),
    split: () => {},
    slotAt: () => 1,
    isCompiled: () => false,
    isInside: () => isInside,
    compile: (_slot, _address, seeds) => compiled.push(seeds) > 0,
    interrupted: () => ({ region: 0, link: 0 }),
    looping: () => {},
    leaving: () => {},
    calling: () => {},
    compiled: () => 0,
  };
  const sampler = new Sampler(host);
  let samples = 0;
  while (compiled.length === 0 && samples < 100_000) {
    sampler.sample();
    samples++;
  }
  expect(compiled).toEqual([[LOW & 0xfff]]);
  return samples;
}

test("code that stands in compiled code is not soon compiled once more because it is not entered there", () => {
  const alone = samplesUntilCompiled(false);
  expect(alone).toBeLessThan(100);
  expect(samplesUntilCompiled(true)).toBeGreaterThan(10 * alone);
});
