// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { WaitQueue } from "../sync/wait-queue.ts";
import { FakeHardware, bootTestKernel, enterTestSystem } from "../testing.ts";
import { Jiffies, monotonicNs, wallClockUs } from "./clock.ts";
import { Timer } from "./timer.ts";
import { interruptLevel } from "../irq/irq-line.ts";

test("timers expire in order of their deadlines, in interrupt context, and only once", async () => {
  const log: [string, number][] = [];
  await bootTestKernel(async () => {
    const queue = new WaitQueue();
    const timer = (name: string): Timer =>
      new Timer({
        onTimer: (): void => {
          expect(interruptLevel()).toBe(1);
          log.push([name, monotonicNs()]);
        },
      });
    const [a, b, c, d] = [timer("a"), timer("b"), timer("c"), timer("d")];
    a.set(3000);
    b.set(1000);
    c.set(2000);
    d.set(1500);
    expect(d.cancel()).toBe(true);
    expect(d.cancel()).toBe(false);
    c.set(2500);
    expect(c.deadlineNs).toBe(2500);
    await queue.wait(10_000);
    expect(a.isSet).toBe(false);
  });
  expect(log).toEqual([
    ["b", 1000],
    ["c", 2500],
    ["a", 3000],
  ]);
});

test("a handler may set its timer again: a period", async () => {
  const times: number[] = [];
  await bootTestKernel(async () => {
    const timer = new Timer({
      onTimer: (expired): void => {
        times.push(monotonicNs());
        if (times.length < 3) {
          expired.set(monotonicNs() + 500);
        }
      },
    });
    timer.set(500);
    await new WaitQueue().wait(5000);
  });
  expect(times).toEqual([500, 1000, 1500]);
});

test("a timer that is always due does not keep the kernel from going on", async () => {
  let count = 0;
  await bootTestKernel(async () => {
    const queue = new WaitQueue();
    new Timer({
      onTimer: (timer): void => {
        count += 1;
        if (count < 1000) {
          timer.set(0);
        }
        queue.wakeAll();
      },
    }).set(0);
    await queue.wait();
  });
  expect(count).toBeGreaterThan(0);
});

test("the machine's timer is armed for the earliest deadline only", () => {
  const hardware = new FakeHardware();
  const system = enterTestSystem({ hardware });
  const a = new Timer({ onTimer: (): void => undefined });
  const b = new Timer({ onTimer: (): void => undefined });
  a.set(500);
  expect(hardware.timerNs).toBe(500);
  b.set(900);
  expect(hardware.timerNs).toBe(500);
  a.set(1000);
  expect(hardware.timerNs).toBe(900);
  b.cancel();
  expect(hardware.timerNs).toBe(1000);
  a.cancel();
  expect(hardware.timerNs).toBe(Number.POSITIVE_INFINITY);
  a.set(Number.POSITIVE_INFINITY);
  expect(a.isSet).toBe(false);
  expect(() => a.set(Number.NaN)).toThrow("NaN");
  system.leave();
});

test("random sets and cancels keep the heap in order", () => {
  const system = enterTestSystem();
  const step = fc.tuple(fc.nat(19), fc.option(fc.nat(1000), { nil: undefined }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const timers = Array.from(
        { length: 20 },
        () => new Timer({ onTimer: (): void => undefined }),
      );
      const model = new Map<number, number>();
      for (const [index, deadline] of steps) {
        if (deadline === undefined) {
          expect(timers[index]?.cancel()).toBe(model.delete(index));
        } else {
          timers[index]?.set(deadline);
          model.set(index, deadline);
        }
        expect(system.hardware.timerNs).toBe(Math.min(Number.POSITIVE_INFINITY, ...model.values()));
      }
      for (const timer of timers) {
        timer.cancel();
      }
    }),
  );
  system.leave();
});

test("clocks are those of the machine", () => {
  const { hardware, leave } = enterTestSystem();
  hardware.advance(2_500_000);
  expect(monotonicNs()).toBe(2_500_000);
  expect(Jiffies.elapsed()).toBe(2);
  expect(wallClockUs()).toBe(1_700_000_000_002_500);
  leave();
});
