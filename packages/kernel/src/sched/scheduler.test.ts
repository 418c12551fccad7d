// SPDX-License-Identifier: MPL-2.0

import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { TaskOptions, Timer } from "@aster/ostd";
import type { Thread } from "../process/thread.ts";
import { TestKernel } from "../testing/test-kernel.ts";
import { SCHED_BATCH, SCHED_FIFO, SCHED_IDLE, SCHED_RR } from "./policy.ts";
import type { KernelScheduler } from "./scheduler.ts";

const TICK_NS = 1_000_000;

let system: TestKernel;
let scheduler: KernelScheduler;
let running: Thread | undefined;

beforeEach(() => {
  system = new TestKernel();
  ({ scheduler } = system.kernel);
  running = undefined;
});
afterEach(() => {
  system.leave();
});

/** A runnable thread. */
function spawn(fields: Partial<Thread> = {}): Thread {
  const { thread } = system.newThread();
  Object.assign(thread, fields);
  thread.task = new TaskOptions(() => {}).data(thread).build();
  scheduler.enqueue(thread.task, "spawn");
  return thread;
}

/** Who runs now, as OSTD would let it. */
function pick(): Thread | undefined {
  const now = system.kernel.clock.monotonicNs();
  running?.accountRun(now);
  const task = scheduler.tryPickNext() ?? scheduler.current();
  running = task?.data as Thread | undefined;
  running?.startRun(now);
  return running;
}

/** The running thread sleeps. */
function sleep(): void {
  running?.accountRun(system.kernel.clock.monotonicNs());
  scheduler.updateCurrent("wait");
  scheduler.dequeueCurrent();
  running = undefined;
  pick();
}

/** Wakes a thread; whether it has the CPU then. */
function wake(thread: Thread): boolean {
  if (thread.task === undefined) throw new Error("the thread has no task");
  if (scheduler.enqueue(thread.task, "wake") !== undefined) {
    scheduler.updateCurrent("yield");
    pick();
  }
  return running === thread;
}

/** Wakes a thread by a timer; whether it has the CPU then. */
function wakeByTimer(thread: Thread): boolean {
  let isWoken = false;
  new Timer({
    onTimer: (): void => {
      isWoken = wake(thread);
    },
  }).set(0);
  system.interrupt();
  return isWoken;
}

/** Lets `ms` pass with a tick each. */
function run(ms: number): void {
  if (running === undefined) pick();
  for (let tick = 0; tick < ms; tick++) {
    system.advance(TICK_NS);
    if (scheduler.updateCurrent("tick")) pick();
  }
  running?.accountRun(system.kernel.clock.monotonicNs());
}

/** Shares of the CPU, in percent. */
function shares(...threads: Thread[]): number[] {
  const total = threads.reduce((sum, { usage }) => sum + usage.totalNs, 0);
  return threads.map(({ usage }) => (usage.totalNs * 100) / total);
}

describe("fair threads", () => {
  test("share the CPU equally", () => {
    const threads = [spawn(), spawn(), spawn({ schedulingPolicy: SCHED_BATCH })];
    run(3000);
    for (const share of shares(...threads)) expect(share).toBeCloseTo(100 / 3, 0);
  });

  // Weights of Linux: 1024 at nice 0, 335 at 5, 110 at 10, 15 at 19, 3121 at -5.
  test.each([
    [0, 5, 1024 / 335],
    [0, 10, 1024 / 110],
    [0, 19, 1024 / 15],
    [-5, 0, 3121 / 1024],
    [10, 15, 110 / 36],
  ])("get shares by weight: nice %i beside nice %i", (one, other, ratio) => {
    const [a, b] = [spawn({ nice: one }), spawn({ nice: other })];
    run(20_000);
    const measured = a.usage.totalNs / b.usage.totalNs;
    expect(measured / ratio).toBeGreaterThan(0.95);
    expect(measured / ratio).toBeLessThan(1.05);
  });

  test("have new shares after setpriority(2)", () => {
    const [a, b] = [spawn(), spawn()];
    run(1000);
    const before = [a.usage.totalNs, b.usage.totalNs];
    b.nice = 10;
    scheduler.changed(b);
    run(10_000);
    const ratio = (a.usage.totalNs - (before[0] ?? 0)) / (b.usage.totalNs - (before[1] ?? 0));
    expect(ratio).toBeGreaterThan(8.3);
    expect(ratio).toBeLessThan(10.3);
  });

  test("of SCHED_IDLE run on what is left", () => {
    const [a, idle] = [spawn(), spawn({ schedulingPolicy: SCHED_IDLE })];
    run(10_000);
    expect(shares(a, idle)[1]).toBeLessThan(0.5);
    expect(idle.usage.totalNs).toBeGreaterThan(0);
  });

  test("that wake take the CPU from loops at once, and do not starve them", () => {
    const shell = spawn();
    const loops = [spawn(), spawn(), spawn(), spawn()];
    pick();
    expect(running).toBe(shell);
    sleep();
    run(1000);
    expect(wakeByTimer(shell)).toBe(true);
    // As a fifth loop it gets a fifth, the bonus of its sleep apart.
    run(1000);
    expect(shell.usage.totalNs / 1e6).toBeGreaterThan(190);
    expect(shell.usage.totalNs / 1e6).toBeLessThan(215);
    expect(loops.length).toBe(4);
  });

  test("that wake others by calls of their own go on to the end of their turn", () => {
    const reader = spawn();
    const writer = spawn();
    pick();
    expect(running).toBe(reader);
    sleep();
    expect(running).toBe(writer);
    run(2);
    expect(wake(reader)).toBe(false);
    run(1);
    expect(running).toBe(reader);
  });

  test("of SCHED_BATCH take the CPU from nobody when they wake", () => {
    const batch = spawn({ schedulingPolicy: SCHED_BATCH });
    spawn();
    pick();
    sleep();
    run(100);
    expect(wake(batch)).toBe(false);
    run(10);
    expect(batch.usage.totalNs).toBeGreaterThan(0);
  });

  test("gain nothing by forking", () => {
    const alone = spawn();
    spawn();
    run(100);
    const before = alone.usage.totalNs;
    // The others' family grows each tick; the loop still has its share among them.
    for (let i = 0; i < 9; i++) spawn();
    run(1100);
    expect((alone.usage.totalNs - before) / 1e6).toBeGreaterThan(90);
  });
});

describe("real-time threads", () => {
  test("run before fair ones, and higher priorities before lower ones", () => {
    const fair = spawn({ nice: -20 });
    const low = spawn({ schedulingPolicy: SCHED_FIFO, schedulingPriority: 1 });
    const high = spawn({ schedulingPolicy: SCHED_RR, schedulingPriority: 50 });
    run(500);
    expect([high, low, fair].map(({ usage }) => usage.totalNs > 0)).toEqual([true, false, false]);
    sleep();
    expect(running).toBe(low);
    expect(wake(high)).toBe(true);
  });

  test("of SCHED_FIFO run until they wait", () => {
    const first = spawn({ schedulingPolicy: SCHED_FIFO, schedulingPriority: 5 });
    const second = spawn({ schedulingPolicy: SCHED_FIFO, schedulingPriority: 5 });
    run(800);
    expect(second.usage.totalNs > 0).toBe(false);
    first.hasGivenUp = true;
    scheduler.updateCurrent("yield");
    expect(pick()).toBe(second);
  });

  test("of SCHED_RR take turns of 100 ms", () => {
    const first = spawn({ schedulingPolicy: SCHED_RR, schedulingPriority: 5 });
    const second = spawn({ schedulingPolicy: SCHED_RR, schedulingPriority: 5 });
    run(99);
    expect([first.usage.totalNs, second.usage.totalNs + 0]).toEqual([99e6, 0]);
    run(51);
    expect([first.usage.totalNs, second.usage.totalNs]).toEqual([100e6, 50e6]);
  });

  test("leave a twentieth of each second to fair ones", () => {
    const loop = spawn({ schedulingPolicy: SCHED_FIFO, schedulingPriority: 99 });
    const fair = spawn();
    run(5000);
    expect(shares(loop, fair)[1]).toBeGreaterThan(4);
    expect(shares(loop, fair)[1]).toBeLessThan(6);
  });

  test("that become fair again have what the others have", () => {
    const [a, b] = [spawn({ schedulingPolicy: SCHED_FIFO, schedulingPriority: 9 }), spawn()];
    run(900);
    a.schedulingPolicy = 0;
    a.schedulingPriority = 0;
    scheduler.changed(a);
    const before = [a.usage.totalNs, b.usage.totalNs];
    run(1000);
    expect(a.usage.totalNs - (before[0] ?? 0)).toBeGreaterThan(480e6);
    expect(b.usage.totalNs - (before[1] ?? 0)).toBeGreaterThan(480e6);
  });
});
