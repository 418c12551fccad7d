// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { Task, TaskOptions } from "../task/task.ts";
import { disablePreempt, requireGuard } from "../task/atomic-mode.ts";
import { bootTestKernel } from "../testing.ts";
import { Mutex } from "./mutex.ts";
import type { MutexGuard } from "./mutex.ts";
import { RwLock } from "./rw-lock.ts";
import { RwMutex } from "./rw-mutex.ts";
import { SpinLock } from "./spin-lock.ts";

test("locks taken in both orders are a panic although no task waits", async () => {
  const run = bootTestKernel(async () => {
    const inode = new Mutex(0, { name: "inode" });
    const page = new Mutex(0, { name: "page" });
    {
      using _outer = await inode.lock();
      using _inner = await page.lock();
    }
    using _first = await page.lock();
    using _second = await inode.lock();
  });
  await expect(run).rejects.toThrow("lock order: inode is taken while page is held");
});

test("an order by way of a third lock counts too, also of locks without a name", async () => {
  const run = bootTestKernel(async () => {
    const a = new Mutex(0, { name: "a" });
    const b = new SpinLock(0);
    const c = new RwLock(0, { name: "c" });
    const pairs = async (): Promise<void> => {
      using _a = await a.lock();
      using _b = b.lock();
    };
    await pairs();
    {
      using _b = b.lock();
      using _c = c.read();
    }
    // c before a is against a, b, c. A spin lock is held, but tryLock does not wait for it.
    using _c = c.tryRead();
    a.tryLock()?.drop();
    _c?.drop();
    const mutexC = new RwMutex(0, { name: "c" });
    using _held = await mutexC.write();
    using _again = await a.lock();
  });
  await expect(run).rejects.toThrow("lock order: a is taken while c is held");
});

test("two locks of one name are not held at once", async () => {
  const run = bootTestKernel(async () => {
    using _one = await new Mutex(0, { name: "inode" }).lock();
    using _two = await new Mutex(0, { name: "inode" }).lock();
  });
  await expect(run).rejects.toThrow("another lock of that name");
});

test("one order, as often as one likes, is no panic", async () => {
  const { code } = await bootTestKernel(async () => {
    const outer = new Mutex(0, { name: "outer" });
    const inner = new SpinLock({ count: 0 }, { name: "inner" });
    for (let i = 0; i < 4; i++) {
      new TaskOptions(async () => {
        for (let round = 0; round < 5; round++) {
          using _guard = await outer.lock();
          await Task.yieldNow();
          using guard = inner.lock();
          guard.value.count += 1;
        }
      }).spawn();
    }
    await Task.yieldNow();
  });
  expect(code).toBe(0);
});

test("a guard that another task uses or drops is a panic", async () => {
  for (const use of [
    (guard: MutexGuard<number>): unknown => guard.value,
    (guard: MutexGuard<number>): unknown => guard.drop(),
  ]) {
    const run = bootTestKernel(async () => {
      const mutex = new Mutex(1);
      const guard = await mutex.lock();
      new TaskOptions(() => {
        use(guard);
      }).spawn();
      await Task.yieldNow();
      guard.drop();
    });
    await expect(run).rejects.toThrow("used by another task");
  }
});

test("a guard of atomic mode held across a park is a panic, one after its drop too", async () => {
  for (const guardOf of [(): unknown => new SpinLock(0).lock(), (): unknown => disablePreempt()]) {
    const run = bootTestKernel(async () => {
      guardOf();
      await Task.yieldNow();
    });
    await expect(run).rejects.toThrow("parked in atomic mode");
  }
  const run = bootTestKernel(() => {
    const guard = disablePreempt();
    requireGuard(guard);
    guard.drop();
    requireGuard(guard);
  });
  await expect(run).rejects.toThrow("use of a guard after drop; it was released at");
});

test("a task that ends while it holds a lock is a panic", async () => {
  const run = bootTestKernel(() => {
    new Mutex(0, { name: "forgotten" }).tryLock();
  });
  await expect(run).rejects.toThrow("a task ended while it held forgotten");
});
