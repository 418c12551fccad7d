// SPDX-License-Identifier: MPL-2.0

import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { HostClock } from "./clock.ts";

/** Microseconds that the host's two clocks show. */
let wallUs = 0;
let fineUs = 0;

beforeEach(() => {
  wallUs = Math.ceil(performance.timeOrigin) * 1000 + 500;
  fineUs = wallUs - performance.timeOrigin * 1000;
  jest.spyOn(Date, "now").mockImplementation(() => Math.floor(wallUs / 1000));
  jest.spyOn(performance, "now").mockImplementation(() => fineUs / 1000);
});
afterEach(() => {
  jest.restoreAllMocks();
});

function pass(us: number): void {
  wallUs += us;
  fineUs += us;
}

test("the wall clock counts microseconds", () => {
  const clock = new HostClock();
  const first = clock.wallClockUs();
  pass(37);
  expect(clock.wallClockUs() - first).toBeGreaterThanOrEqual(36);
  expect(clock.wallClockUs() - first).toBeLessThanOrEqual(38);
});

test("the wall clock does not go back where the process sleeps between looks at the host's clocks", () => {
  const clock = new HostClock();
  jest.spyOn(Date, "now").mockImplementation(() => {
    const ms = Math.floor(wallUs / 1000);
    pass(230);
    return ms;
  });
  let before = clock.wallClockUs();
  for (let i = 0; i < 20; i++) {
    const now = clock.wallClockUs();
    expect(now).toBeGreaterThanOrEqual(before);
    before = now;
  }
});

test("the wall clock follows when the host's is set", () => {
  const clock = new HostClock();
  const first = clock.wallClockUs();
  wallUs -= 3600e6;
  expect(Math.abs(clock.wallClockUs() - first + 3600e6)).toBeLessThan(2000);
  wallUs += 7200e6;
  expect(Math.abs(clock.wallClockUs() - first - 3600e6)).toBeLessThan(2000);
});
