// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { WaitQueue } from "../sync/wait-queue.ts";
import { Task } from "../task/task.ts";
import { FakeHardware, bootTestKernel, enterTestSystem } from "../testing.ts";
import {
  IrqLine,
  interruptLevel,
  registerBottomHalfHandlerL1,
  registerBottomHalfHandlerL2,
} from "./irq-line.ts";

test("lines are handed out once; the timer's never", () => {
  const { hardware, leave } = enterTestSystem();
  expect(IrqLine.allocSpecific(0)).toBeUndefined();
  expect(IrqLine.allocSpecific(32)).toBeUndefined();
  expect(IrqLine.allocSpecific(-1)).toBeUndefined();
  expect(IrqLine.allocSpecific(1.5)).toBeUndefined();
  const seven = IrqLine.allocSpecific(7);
  expect(seven?.num).toBe(7);
  expect(IrqLine.allocSpecific(7)).toBeUndefined();
  const any = IrqLine.alloc();
  expect(any?.num).toBe(1);
  expect(hardware.isMasked(7)).toBe(true);
  seven?.drop();
  expect(IrqLine.allocSpecific(7)).toBeDefined();
  for (let i = 0; i < 29; i++) {
    expect(IrqLine.alloc()).toBeDefined();
  }
  expect(IrqLine.alloc()).toBeUndefined();
  leave();
});

test("a line is unmasked while it has a callback", () => {
  const { hardware, leave } = enterTestSystem();
  const line = IrqLine.allocSpecific(3);
  const first = line?.onActive(() => undefined);
  const second = line?.onActive(() => undefined);
  expect(hardware.isMasked(3)).toBe(false);
  first?.drop();
  expect([hardware.isMasked(3), line?.isEmpty]).toEqual([false, false]);
  second?.drop();
  expect([hardware.isMasked(3), line?.isEmpty]).toEqual([true, true]);
  leave();
});

test("the same callback registered twice is dropped once at a time", async () => {
  let calls = 0;
  const hardware = new FakeHardware();
  await bootTestKernel(
    async () => {
      const count = (): void => {
        calls += 1;
      };
      const line = IrqLine.allocSpecific(3);
      const first = line?.onActive(count);
      line?.onActive(count);
      first?.drop();
      hardware.raise(3);
      await Task.yieldNow();
    },
    { hardware },
  );
  expect(calls).toBe(1);
});

test("callbacks and bottom halves run in order, at their levels, and wake tasks", async () => {
  const seen: [string, number][] = [];
  const hardware = new FakeHardware();
  let raised = false;
  hardware.onIdle = () => {
    hardware.raise(9);
    raised = !raised;
    return raised;
  };
  await bootTestKernel(
    async () => {
      const queue = new WaitQueue();
      expect(registerBottomHalfHandlerL1(() => seen.push(["L1", interruptLevel()]))).toBe(true);
      expect(
        registerBottomHalfHandlerL2(() => {
          seen.push(["L2", interruptLevel()]);
          queue.wakeOne();
        }),
      ).toBe(true);
      expect(registerBottomHalfHandlerL1(() => undefined)).toBe(false);
      expect(registerBottomHalfHandlerL2(() => undefined)).toBe(false);
      const line = IrqLine.allocSpecific(9);
      line?.onActive((number) => seen.push([`line ${number}`, interruptLevel()]));
      await queue.wait();
      seen.push(["task", interruptLevel()]);
    },
    { hardware },
  );
  expect(seen).toEqual([
    ["line 9", 1],
    ["L1", 1],
    ["L2", 2],
    ["task", 0],
  ]);
});

test("waiting in an interrupt handler is a panic", async () => {
  const hardware = new FakeHardware();
  await expect(
    bootTestKernel(
      async () => {
        IrqLine.allocSpecific(4)?.onActive(() => {
          void Task.yieldNow();
        });
        hardware.raise(4);
        await Task.yieldNow();
      },
      { hardware },
    ),
  ).rejects.toThrow("atomic mode");
});

test("a device that never stops interrupting does not stop the system", async () => {
  const hardware = new FakeHardware();
  let calls = 0;
  await bootTestKernel(
    async () => {
      IrqLine.allocSpecific(4)?.onActive((line) => {
        calls += 1;
        hardware.raise(line);
      });
      hardware.raise(4);
      await Task.yieldNow();
      await Task.yieldNow();
    },
    { hardware },
  );
  expect(calls).toBeGreaterThan(10);
});
