// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { REGION_LAST_TICK, TICK } from "./layout.ts";
import { Ticks, type TickOptions } from "./ticks.ts";

const words = new Int32Array(4096);

/** The instructions at which `count` ticks are asked, of code that runs compiled or interpreted. */
function ticksOf(
  options: Omit<TickOptions, "onTick">,
  { compiled, count }: { readonly compiled: boolean; readonly count: number },
): number[] {
  const asked: number[] = [];
  const ticks: Ticks = new Ticks(words, {
    ...options,
    onTick: () => asked.push(ticks.instructions) > 0,
  });
  while (asked.length < count) {
    words[TICK >> 2] = 0;
    words[REGION_LAST_TICK >> 2] = compiled ? 1 : 0;
    ticks.tick();
  }
  return asked;
}

const sampler = (interval: number): { interval: number; sample: () => void } => ({
  interval,
  sample: () => {},
});

test("samples between ticks do not ask, nor move the next tick", () => {
  const often = ticksOf({ sampler: sampler(6_000) }, { compiled: true, count: 2 });
  expect(often).toEqual([100_000, 200_000]);
});

test("compiled code is asked as rarely as it is looked at, interpreted code is not", () => {
  const rarely = sampler(400_000);
  expect(ticksOf({ sampler: rarely }, { compiled: true, count: 3 })).toEqual([
    100_000, 500_000, 900_000,
  ]);
  expect(ticksOf({ sampler: rarely }, { compiled: false, count: 3 })).toEqual([
    100_000, 200_000, 300_000,
  ]);
});

test.each([{ steadyTicks: true }, { tickInstructions: 100_000 }])(
  "%j: the same number of instructions lies between all ticks",
  (options) => {
    const asked = ticksOf({ ...options, sampler: sampler(400_000) }, { compiled: true, count: 3 });
    expect(asked).toEqual([100_000, 200_000, 300_000]);
  },
);
