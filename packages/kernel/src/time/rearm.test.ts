// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { rearmAt } from "./rearm.ts";

test("a timer of a nanosecond wakes up at most ten times in a millisecond", () => {
  let wakeUps = 0;
  for (let now = 0; now < 1e6; now = rearmAt(now + 1, 1, now)) wakeUps++;
  expect(wakeUps).toBe(10);
});

test("a timer of a millisecond keeps to its times, however late it was", () => {
  expect(rearmAt(3e6, 1e6, 2_999_999)).toBe(3e6);
});
