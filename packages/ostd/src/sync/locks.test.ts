// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { Task, TaskOptions } from "../task/task.ts";
import { bootTestKernel, enterTestSystem } from "../testing.ts";
import { Mutex } from "./mutex.ts";
import { Rcu } from "./rcu.ts";
import { RwLock } from "./rw-lock.ts";
import { RwMutex } from "./rw-mutex.ts";
import { SpinLock } from "./spin-lock.ts";

test("a spin lock taken twice is a deadlock, and its guard ends", () => {
  const system = enterTestSystem();
  const lock = new SpinLock({ count: 0 });
  const guard = lock.lock();
  guard.value.count += 1;
  expect(lock.tryLock()).toBeUndefined();
  expect(() => lock.lock()).toThrow("deadlock");
  guard.drop();
  expect(() => guard.value).toThrow("after drop");
  expect(() => guard.drop()).toThrow("twice");
  const second = lock.lock();
  expect(second.value.count).toBe(1);
  second.drop();
  system.leave();
});

test("many readers or one writer", () => {
  const system = enterTestSystem();
  const lock = new RwLock(5);
  const a = lock.read();
  const b = lock.read();
  expect(lock.tryWrite()).toBeUndefined();
  expect(() => lock.write()).toThrow("deadlock");
  a.drop();
  b.drop();
  const writer = lock.write();
  expect(lock.tryRead()).toBeUndefined();
  writer.drop();
  expect(lock.tryRead()?.value).toBe(5);
  system.leave();
});

test("a mutex is held across parks by one task at a time", async () => {
  let inside = 0;
  let entered = 0;
  await bootTestKernel(() => {
    const mutex = new Mutex("value");
    for (let i = 0; i < 5; i++) {
      new TaskOptions(async () => {
        for (let round = 0; round < 10; round++) {
          const guard = await mutex.lock();
          inside += 1;
          expect(inside).toBe(1);
          await Task.yieldNow();
          inside -= 1;
          entered += 1;
          guard.drop();
        }
      }).spawn();
    }
  });
  expect(entered).toBe(50);
});

test("a reader-writer mutex keeps writers alone and lets them in before new readers", async () => {
  const order: string[] = [];
  await bootTestKernel(async () => {
    const mutex = new RwMutex(0);
    const first = await mutex.read();
    new TaskOptions(async () => {
      const guard = await mutex.write();
      order.push("writer");
      await Task.yieldNow();
      guard.drop();
    }).spawn();
    await Task.yieldNow();
    for (let i = 0; i < 2; i++) {
      new TaskOptions(async () => {
        const guard = await mutex.read();
        order.push("reader");
        await Task.yieldNow();
        guard.drop();
      }).spawn();
    }
    await Task.yieldNow();
    expect(order).toEqual([]);
    first.drop();
  });
  expect(order).toEqual(["writer", "reader", "reader"]);
});

test("readers keep the value that they read", () => {
  const rcu = new Rcu({ version: 1 });
  const old = rcu.read();
  rcu.update({ version: 2 });
  expect([old.version, rcu.read().version]).toEqual([1, 2]);
  expect(rcu.compareExchange(old, { version: 3 })).toBe(false);
  expect(rcu.compareExchange(rcu.read(), { version: 4 })).toBe(true);
});
