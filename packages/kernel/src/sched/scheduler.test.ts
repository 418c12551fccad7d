// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { TaskOptions } from "@aster/ostd";
import type { Task } from "@aster/ostd";
import { enterTestSystem } from "@aster/ostd/testing";
import { KernelScheduler } from "./scheduler.ts";

function withTasks(count: number, body: (scheduler: KernelScheduler, tasks: Task[]) => void): void {
  const { leave } = enterTestSystem();
  const scheduler = new KernelScheduler();
  const tasks: Task[] = [];
  for (let index = 0; index < count; index++) tasks.push(new TaskOptions(() => {}).build());
  body(scheduler, tasks);
  leave();
}

/** Lets the current task run until the policy wants another one; the ticks that took. */
function ticksUntilSwitch(scheduler: KernelScheduler): number {
  let ticks = 1;
  while (!scheduler.updateCurrent("tick")) ticks++;
  return ticks;
}

test("loops share the CPU in turns of one slice", () => {
  withTasks(2, (scheduler, [a, b]) => {
    if (a === undefined || b === undefined) return;
    scheduler.enqueue(a, "spawn");
    scheduler.enqueue(b, "spawn");
    expect(scheduler.tryPickNext()).toBe(a);
    expect(ticksUntilSwitch(scheduler)).toBe(8);
    expect(scheduler.tryPickNext()).toBe(b);
    expect(ticksUntilSwitch(scheduler)).toBe(8);
    expect(scheduler.tryPickNext()).toBe(a);
  });
});

test("a task that wakes from a sleep takes the CPU from a loop at once", () => {
  withTasks(2, (scheduler, [shell, loop]) => {
    if (shell === undefined || loop === undefined) return;
    scheduler.enqueue(shell, "spawn");
    scheduler.enqueue(loop, "spawn");
    expect(scheduler.tryPickNext()).toBe(shell);
    scheduler.updateCurrent("wait");
    scheduler.dequeueCurrent();
    expect(scheduler.tryPickNext()).toBe(loop);
    // Alone, the loop uses its slice up and goes on.
    for (let tick = 0; tick < 20; tick++) expect(scheduler.updateCurrent("tick")).toBe(false);
    expect(scheduler.enqueue(shell, "wake")).toBe(0);
    expect(scheduler.tryPickNext()).toBe(shell);
  });
});

test("tasks that sleep much can not starve a loop for ever", () => {
  withTasks(3, (scheduler, [a, b, loop]) => {
    if (a === undefined || b === undefined || loop === undefined) return;
    scheduler.enqueue(loop, "spawn");
    expect(scheduler.tryPickNext()).toBe(loop);
    expect(scheduler.updateCurrent("tick")).toBe(false);
    scheduler.enqueue(a, "spawn");
    scheduler.enqueue(b, "spawn");
    ticksUntilSwitch(scheduler);
    let ticks = 0;
    let current = scheduler.tryPickNext();
    while (current !== loop && ticks < 1000) {
      // Each sleeps just before its slice would end.
      for (let tick = 0; tick < 4; tick++, ticks++) if (scheduler.updateCurrent("tick")) break;
      if (current !== undefined) {
        scheduler.updateCurrent("wait");
        scheduler.dequeueCurrent();
        const sleeper = current;
        current = scheduler.tryPickNext();
        scheduler.enqueue(sleeper, "wake");
      }
    }
    expect(current).toBe(loop);
    expect(ticks).toBeLessThanOrEqual(60);
  });
});
