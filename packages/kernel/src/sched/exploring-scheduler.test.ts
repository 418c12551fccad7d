// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { FifoScheduler, injectScheduler, Task, TaskOptions } from "@aster/ostd";
import { bootTestKernel } from "@aster/ostd/testing";
import { ExploringScheduler } from "./exploring-scheduler.ts";

/** The order in which tasks run under the schedule of `seed`. */
async function orderUnder(seed: number): Promise<string> {
  let order = "";
  await bootTestKernel(async () => {
    injectScheduler(new ExploringScheduler(new FifoScheduler(), seed));
    for (const name of ["a", "b", "c", "d"]) {
      new TaskOptions(async () => {
        for (let i = 0; i < 5; i++) {
          order += name;
          await Task.yieldNow();
        }
      }).spawn();
    }
    await Task.yieldNow();
  });
  return order;
}

test("each seed is a schedule of its own, which can be had again and loses no task", async () => {
  const orders = new Set<string>();
  for (let seed = 0; seed < 10; seed++) {
    const order = await orderUnder(seed);
    expect([...order].toSorted().join("")).toBe("aaaaabbbbbcccccddddd");
    expect(await orderUnder(seed)).toBe(order);
    orders.add(order);
  }
  expect(orders.size).toBe(10);
});

test("ticks come from a microsecond to half a millisecond apart", () => {
  const scheduler = new ExploringScheduler(new FifoScheduler(), 1);
  for (let i = 0; i < 1000; i++) {
    const ns = scheduler.nextTickNs();
    expect(ns).toBeGreaterThanOrEqual(1024);
    expect(ns).toBeLessThan(524_288);
  }
});
