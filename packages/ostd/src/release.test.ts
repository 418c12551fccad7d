// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { FakeHardware } from "./testing.ts";
import { ReleasePlaces, placeOf } from "./release.ts";
import { enterTestSystem } from "./testing.ts";
import { IoMem } from "./io/io-mem.ts";
import { IrqLine } from "./irq/irq-line.ts";
import { DmaStream } from "./mm/dma.ts";
import { FrameAllocOptions } from "./mm/frame.ts";
import { FrameTable } from "./mm/frame-table.ts";
import { VmSpace } from "./mm/vm-space.ts";
import { UserContext } from "./arch/x86_64/user-context.ts";
import { disablePreempt } from "./task/atomic-mode.ts";
import { SpinLock } from "./sync/spin-lock.ts";

interface Handle {
  drop(): void;
}

function releaseIt(handle: Handle): void {
  handle.drop();
}

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
  return "";
}

function need<T>(value: T | string | undefined): T {
  if (value === undefined || typeof value === "string") {
    throw new Error("none");
  }
  return value;
}

test("every kind of handle tells where it was released first", () => {
  const system = enterTestSystem();
  const frame = need(new FrameAllocOptions().allocFrame());
  const segment = need(new FrameAllocOptions().allocSegment(2));
  const space = need(VmSpace.create());
  const cursor = need(space.cursorMut(0x1000, 0x1000));
  const reader = frame.reader();
  const stream = need(DmaStream.alloc(1, "toDevice"));
  const memory = need(IoMem.acquire(0xa000_0000, 0x1000));
  const line = need(IrqLine.alloc());
  const callback = line.onActive(() => undefined);
  const table = new FrameTable();
  const context = UserContext.create();
  const guard = disablePreempt();
  const lock = new SpinLock(0).lock();
  const handles: readonly [Handle, () => unknown][] = [
    [frame, () => reader.readBytes(new Uint8Array(1))],
    [segment, () => segment.frame(0)],
    [space, () => cursor.query()],
    [stream, () => stream.reader()],
    [memory, () => memory.readU8(0)],
    [callback, () => callback.drop()],
    [line, () => line.message],
    [table, () => table.get(0)],
    [context, () => context.rax],
    [lock, () => lock.value],
    [guard, () => guard.drop()],
  ];
  for (const [handle, use] of handles) {
    releaseIt(handle);
    expect(messageOf(use)).toMatch(/release\.test\.ts/u);
    expect(messageOf(() => handle.drop())).toMatch(/twice.*release\.test\.ts/u);
  }
  system.leave();
});

test("places cost no more than so many per millisecond", () => {
  const hardware = new FakeHardware();
  const places = new ReleasePlaces(hardware);
  let noted = 0;
  for (let i = 0; i < 1000; i++) {
    noted += places.note() === "not noted" ? 0 : 1;
  }
  expect(noted).toBe(256);
  hardware.advance(1_000_000);
  expect(places.note()).toBeInstanceOf(Error);
  expect(placeOf("not noted")).toContain("too many");
});

test("a generation tells a handle of a frame that was freed from the next one", () => {
  const system = enterTestSystem();
  const frame = need(new FrameAllocOptions().allocFrame());
  const { paddr } = frame;
  frame.drop();
  const next = need(new FrameAllocOptions().allocFrame());
  expect(next.paddr).toBe(paddr);
  expect(() => frame.readU8(0)).toThrow("after drop");
  next.writeU8(0, 1);
  next.drop();
  system.leave();
});
