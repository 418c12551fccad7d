// SPDX-License-Identifier: MPL-2.0

// Attacks that need a policy to take part: it is called in the middle of an operation of OSTD.

import { afterEach, expect, test } from "@jest/globals";
import { injectScheduler } from "../task/inject.ts";
import { FifoScheduler } from "../task/fifo-scheduler.ts";
import type { CpuId } from "../cpu/cpu.ts";
import type { LocalRunQueue, UpdateFlags } from "../task/scheduler.ts";
import { Task, TaskOptions } from "../task/task.ts";
import { bootTestKernel, enterTestSystem } from "../testing.ts";
import type { TestSystem } from "../testing.ts";
import { BuddyAllocator } from "./buddy-allocator.ts";
import { DmaStream } from "./dma.ts";
import { FrameAllocOptions, memoryStatistics } from "./frame.ts";
import { PageFlags } from "./page-prop.ts";
import { PAGE_SIZE } from "./page.ts";
import { VmSpace } from "./vm-space.ts";

const { RW } = PageFlags;

/** A buddy allocator that lets a test do something whenever it is asked or told. */
class NosyAllocator extends BuddyAllocator {
  onAlloc: () => void = () => undefined;
  onDealloc: () => void = () => undefined;

  override alloc(count: number): number {
    this.onAlloc();
    return super.alloc(count);
  }

  override dealloc(first: number, count: number): void {
    super.dealloc(first, count);
    this.onDealloc();
  }
}

let system: TestSystem | undefined;
afterEach(() => system?.leave());

function enter(): NosyAllocator {
  const allocator = new NosyAllocator();
  system = enterTestSystem({
    ramBytes: 256 * PAGE_SIZE,
    policies: { frameAllocator: () => allocator },
  });
  return allocator;
}

function need<T>(value: T | string | undefined): T {
  if (value === undefined || typeof value === "string") {
    throw new Error("none");
  }
  return value;
}

test("an allocator that reads pages while they are unmapped leaves no way to their frames", () => {
  const allocator = enter();
  const space = need(VmSpace.create());
  for (let page = 1; page <= 8; page++) {
    space.mapZeroedPage(page * PAGE_SIZE, RW);
  }
  allocator.onDealloc = (): void => {
    // A translation remembered here would outlive the mapping.
    for (let page = 1; page <= 8; page++) {
      space.writeU32(page * PAGE_SIZE, 0xbad);
    }
  };
  expect(space.unmapRange(PAGE_SIZE, 9 * PAGE_SIZE)).toBe(8);
  for (let page = 1; page <= 8; page++) {
    expect(space.writeU32(page * PAGE_SIZE, 0xbad)).toBe(false);
  }
});

test("an allocator that reads the parent during fork leaves it no right to write", () => {
  const allocator = enter();
  const parent = need(VmSpace.create());
  const child = need(VmSpace.create());
  parent.mapZeroedPage(0x1000, RW);
  allocator.onAlloc = (): void => {
    parent.writeU32(0x1000, 1);
  };
  expect(child.copyOnWriteFrom(parent, 0, 0x10_0000)).toBe(1);
  expect(parent.writeU32(0x1000, 2)).toBe(false);
  expect(child.readU32(0x1000)).toBe(1);
});

test("an allocator that changes mappings while it is asked is a panic, and pulls no table away", () => {
  const allocator = enter();
  const space = need(VmSpace.create());
  const frame = need(new FrameAllocOptions().allocFrame());
  space.mapPage(0x1000, frame, RW);
  allocator.onAlloc = (): void => {
    allocator.onAlloc = (): void => undefined;
    space.unmapPage(0x1000);
  };
  expect(() => space.mapPage(0x4000_0000, frame, RW)).toThrow("the frame allocator used OSTD");
  allocator.onAlloc = (): void => {
    new FrameAllocOptions().allocFrame();
  };
  expect(() => new FrameAllocOptions().allocFrame()).toThrow("the frame allocator used OSTD");
  allocator.onAlloc = (): void => undefined;
  expect(space.mapPage(0x4000_0000, frame, RW)).toBe(true);
  expect(space.writeU32(0x4000_0000, 7)).toBe(true);
  expect(frame.readU32(0)).toBe(7);
});

test("a driver that drops the segment of its DMA stream frees no frame that devices reach", () => {
  enter();
  const stream = need(DmaStream.alloc(1, "fromDevice"));
  const used = memoryStatistics().used;
  stream.segment.drop();
  expect(memoryStatistics().used).toBe(used);
  expect(() => stream.reader()).toThrow("after drop");
  stream.drop();
  expect(memoryStatistics().used).toBe(used - 1);
});

test("an address with a fraction is no page", () => {
  enter();
  const space = need(VmSpace.create());
  expect(space.mapZeroedPage(0x1000, RW)).toBe(true);
  expect(space.mapZeroedPage(0x2000 + 0.5, RW)).toBe(false);
  expect(space.unmapPage(0x1000 + 0.5)).toBe(false);
  expect(space.unmapRange(0x1000, 0x2000 + 0.5)).toBe(0);
  expect(space.cursorMut(0x1000 + 0.5, 0x1000)).toBe("InvalidArgs");
  const cursor = need(space.cursorMut(0x1000, 0x4000));
  expect(() => cursor.unmap(0x1000 + 0.5)).toThrow("no whole pages");
  expect(cursor.jump(0x1000 + 0.5)).toBe(false);
});

class ReentrantScheduler extends FifoScheduler {
  attack = false;

  override localRunQueue(cpu: CpuId): LocalRunQueue {
    const queue = super.localRunQueue(cpu);
    return {
      current: () => queue.current(),
      tryPickNext: () => queue.tryPickNext(),
      dequeueCurrent: () => queue.dequeueCurrent(),
      updateCurrent: (flags: UpdateFlags): boolean => {
        if (this.attack) {
          this.attack = false;
          void Task.yieldNow();
        }
        return queue.updateCurrent(flags);
      },
    };
  }
}

test("a scheduler that yields while it is asked does not make two tasks run", async () => {
  const run = bootTestKernel(async () => {
    const scheduler = new ReentrantScheduler();
    injectScheduler(scheduler);
    for (let i = 0; i < 3; i++) {
      new TaskOptions(() => Task.yieldNow()).spawn();
    }
    scheduler.attack = true;
    await Task.yieldNow();
  });
  await expect(run).rejects.toThrow("parked in atomic mode");
});

test("a state put over a task's own does not make it run again", async () => {
  const run = bootTestKernel(async () => {
    const done = new TaskOptions(() => undefined).spawn();
    await Task.yieldNow();
    Reflect.defineProperty(done, "state", { value: 1 });
    const scheduler = new FifoScheduler();
    injectScheduler(scheduler);
    scheduler.enqueue(done, "wake");
    await Task.yieldNow();
  });
  await expect(run).rejects.toThrow("which is not runnable");
});

test("a panic handler that throws does not keep the system alive", async () => {
  const { code } = await bootTestKernel(
    () => {
      new FrameAllocOptions().allocFrame()?.readU8(-1);
    },
    {
      policies: {
        panicHandler: () => {
          throw new Error("no");
        },
      },
    },
  ).catch(() => ({ code: 1 }));
  expect(code).toBe(1);
});
