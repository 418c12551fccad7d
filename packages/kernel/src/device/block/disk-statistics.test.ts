// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { DiskStatistics, RequestKind } from "./disk-statistics.ts";

test("requests that overlap make the disk busy once, and weigh each for itself", () => {
  const statistics = new DiskStatistics();
  statistics.began(100);
  statistics.began(150);
  expect(statistics.inFlight).toBe(2);
  statistics.ended(RequestKind.READ, 4096, 100, 200);
  statistics.ended(RequestKind.WRITE, 512, 150, 250);
  statistics.began(1000);
  statistics.ended(RequestKind.FLUSH, 0, 1000, 1010);
  expect(statistics.busyUntil(2000)).toBe(160);
  expect(statistics.weightedUntil(2000)).toBe(210);
  expect(statistics.reads).toMatchObject({ requests: 1, sectors: 8, timeNs: 100 });
  expect(statistics.writes).toMatchObject({ requests: 1, sectors: 1, timeNs: 100 });
  expect(statistics.flushes).toMatchObject({ requests: 1, sectors: 0, timeNs: 10 });
});
