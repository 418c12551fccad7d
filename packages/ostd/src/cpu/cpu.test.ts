// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { interruptLevel } from "../irq/irq-line.ts";
import { FrameAllocOptions, memoryStatistics } from "../mm/frame.ts";
import { Rcu, rcuDrop } from "../sync/rcu.ts";
import { disableLocalIrq } from "../task/atomic-mode.ts";
import { Task, TaskOptions } from "../task/task.ts";
import { bootTestKernel, enterTestSystem } from "../testing.ts";
import { BSP, CpuSet } from "./cpu.ts";
import { CpuLocal, CpuLocalCell } from "./cpu-local.ts";
import { interProcessorCall, registerApEntry } from "./smp.ts";

test("sets of CPUs", () => {
  expect([...CpuSet.all()]).toEqual([BSP]);
  expect(CpuSet.all().without(BSP).size).toBe(0);
  expect(CpuSet.none().with(BSP).has(BSP)).toBe(true);
  expect(CpuSet.of(BSP, BSP).size).toBe(1);
});

test("a call to CPUs runs on each in interrupt context, and cannot be awaited in atomic mode", () => {
  const system = enterTestSystem();
  const levels: number[] = [];
  const pending = interProcessorCall(CpuSet.all(), () => {
    levels.push(interruptLevel());
  });
  expect(levels).toEqual([1]);
  expect(interruptLevel()).toBe(0);
  expect(pending.count).toBe(1);
  pending.wait();
  using _guard = disableLocalIrq();
  expect(() => pending.wait()).toThrow("atomic mode");
  expect(interProcessorCall(CpuSet.none(), () => levels.push(0)).count).toBe(0);
  expect([registerApEntry(() => undefined), registerApEntry(() => undefined)]).toEqual([
    true,
    false,
  ]);
  system.leave();
});

test("a guard that was dropped gives no access to a CPU's own variables", () => {
  const system = enterTestSystem();
  const local = new CpuLocal(() => 1);
  const guard = disableLocalIrq();
  local.setWith(guard, 2);
  expect([local.getWith(guard), local.getOnCpu(BSP)]).toEqual([2, 2]);
  guard.drop();
  expect(() => local.getWith(guard)).toThrow("use of a guard after drop");
  const cell = new CpuLocalCell(5);
  expect(cell.add(2)).toBe(7);
  cell.store(1);
  expect(cell.load()).toBe(1);
  system.leave();
});

test("what RCU protects is dropped after its readers, at the next switch", async () => {
  const { code } = await bootTestKernel(async () => {
    const frame = new FrameAllocOptions().allocFrame();
    const rcu = new Rcu(frame);
    const { used } = memoryStatistics();
    const reader = rcu.readLocked();
    rcu.update(undefined);
    if (frame !== undefined) {
      rcuDrop(frame);
    }
    expect(memoryStatistics().used).toBe(used);
    expect(reader.value?.readU8(0)).toBe(0);
    reader.drop();
    await Task.yieldNow();
    expect(memoryStatistics().used).toBe(used - 1);
  });
  expect(code).toBe(0);
  const system = enterTestSystem();
  const reader = new Rcu(1).readLocked();
  reader.drop();
  expect(() => reader.value).toThrow("after drop");
  system.leave();
});

test("local data of a task is the running task's", async () => {
  const seen: unknown[] = [];
  await bootTestKernel(async () => {
    for (const name of ["a", "b"]) {
      new TaskOptions(async () => {
        await Task.yieldNow();
        seen.push(Task.localData());
      })
        .localData(name)
        .spawn();
    }
    await Task.yieldNow();
  });
  expect(seen).toEqual(["a", "b"]);
});
