// SPDX-License-Identifier: MPL-2.0

import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { FakeHardware, enterTestSystem } from "../testing.ts";
import type { TestSystem } from "../testing.ts";
import type { FrameAllocator } from "./frame-allocator.ts";
import { FrameAllocOptions, memoryStatistics } from "./frame.ts";
import type { UFrame } from "./frame.ts";
import { PAGE_SIZE } from "./page.ts";

let system: TestSystem;

beforeEach(() => {
  system = enterTestSystem({ ramBytes: 1024 * PAGE_SIZE });
});

afterEach(() => {
  system.leave();
});

function allocFrame(): UFrame {
  const frame = new FrameAllocOptions().allocFrame();
  if (frame === undefined) {
    throw new Error("out of memory");
  }
  return frame;
}

test("a frame is free again once the last handle is dropped", () => {
  const before = memoryStatistics();
  const frame = allocFrame();
  const second = frame.clone();
  expect(frame.referenceCount).toBe(2);
  expect(memoryStatistics().used).toBe(before.used + 1);
  frame.drop();
  expect(second.referenceCount).toBe(1);
  expect(memoryStatistics().used).toBe(before.used + 1);
  second.drop();
  expect(memoryStatistics()).toEqual(before);
});

test("use and drop after drop are panics", () => {
  const frame = allocFrame();
  frame.drop();
  expect(() => frame.paddr).toThrow("after drop");
  expect(() => frame.readU8(0)).toThrow("after drop");
  expect(() => frame.clone()).toThrow("after drop");
  expect(() => frame.drop()).toThrow("dropped twice; the first time at");
});

test("a reader or writer past its frame's end of life is a panic", () => {
  const frame = allocFrame();
  const reader = frame.reader();
  const writer = frame.writer();
  frame.drop();
  expect(() => reader.readBytes(new Uint8Array(1))).toThrow("after drop");
  expect(() => writer.writeBytes(new Uint8Array(1))).toThrow("after drop");
});

test("frames are zeroed unless asked otherwise", () => {
  const frame = allocFrame();
  frame.fill(0xaa);
  const { paddr } = frame;
  frame.drop();
  const dirty = new FrameAllocOptions().zeroed(false).allocFrame();
  expect(dirty?.paddr).toBe(paddr);
  expect(dirty?.readU32(4092)).toBe(0xaaaa_aaaa);
  dirty?.drop();
  const clean = allocFrame();
  expect(clean.paddr).toBe(paddr);
  expect(clean.readU32(4092)).toBe(0);
});

test("accesses outside a frame are panics", () => {
  const frame = allocFrame();
  expect(() => frame.readU32(4093)).toThrow("4093");
  expect(() => frame.writeU8(-1, 0)).toThrow();
  expect(() => frame.readBytes(4090, new Uint8Array(10), 0, 10)).toThrow();
  expect(() => frame.fill(0, 0, 4097)).toThrow();
  expect(() => frame.reader(1, 4096)).toThrow();
  expect(() => frame.readU8(Number.NaN)).toThrow();
});

test("words are little-endian and may be unaligned", () => {
  const frame = allocFrame();
  frame.writeU32(1, 0x8765_4321);
  expect(frame.readU8(1)).toBe(0x21);
  expect(frame.readU16(3)).toBe(0x8765);
  expect(frame.readU32(1)).toBe(0x8765_4321);
});

test("a segment is contiguous, and its frames outlive it", () => {
  const before = memoryStatistics();
  const segment = new FrameAllocOptions().allocSegment(5);
  if (segment === undefined) {
    throw new Error("out of memory");
  }
  expect(segment.size).toBe(5 * PAGE_SIZE);
  segment.writeBytes(PAGE_SIZE - 1, new Uint8Array([1, 2, 3]), 0, 3);
  const frame = segment.frame(1);
  expect(frame.paddr).toBe(segment.paddr + PAGE_SIZE);
  const slice = segment.slice(3, 2);
  expect(slice.paddr).toBe(segment.paddr + 3 * PAGE_SIZE);
  segment.drop();
  expect(frame.readU16(0)).toBe(0x0302);
  expect(memoryStatistics().used).toBe(before.used + 3);
  frame.drop();
  slice.drop();
  expect(memoryStatistics()).toEqual(before);
  expect(() => segment.readU8(0)).toThrow("after drop");
});

test("memory runs out with undefined, and comes back", () => {
  const frames: UFrame[] = [];
  for (;;) {
    const frame = new FrameAllocOptions().zeroed(false).allocFrame();
    if (frame === undefined) {
      break;
    }
    frames.push(frame);
  }
  expect(memoryStatistics().free).toBe(0);
  expect(new FrameAllocOptions().allocSegment(2)).toBeUndefined();
  frames.pop()?.drop();
  expect(new FrameAllocOptions().allocFrame()).toBeDefined();
});

test("segments of no frames are refused", () => {
  expect(new FrameAllocOptions().allocSegment(0)).toBeUndefined();
  expect(new FrameAllocOptions().allocSegment(-1)).toBeUndefined();
  expect(new FrameAllocOptions().allocSegment(1.5)).toBeUndefined();
});

test("every write is told to the machine", () => {
  const frame = allocFrame();
  system.hardware.recording = true;
  frame.writeU32(8, 1);
  frame.fill(1);
  frame.writeBytes(100, new Uint8Array(50), 0, 50);
  expect(system.hardware.codeWrites).toEqual([
    [frame.paddr + 8, 4],
    [frame.paddr, 4096],
    [frame.paddr + 100, 50],
  ]);
});

/** Returns whatever `next` says. */
class AdversarialAllocator implements FrameAllocator {
  next = -1;

  addFreeMemory(): void {}

  alloc(): number {
    return this.next;
  }

  dealloc(): void {}
}

test("an adversarial allocator cannot make two handles to one frame, nor reach reserved ones", () => {
  const allocator = new AdversarialAllocator();
  // The first allocation is OSTD's own empty page table.
  allocator.next = 10;
  const other = enterTestSystem({
    hardware: new FakeHardware({ ramBytes: 64 * PAGE_SIZE }),
    policies: { frameAllocator: () => allocator },
  });
  const options = new FrameAllocOptions();
  // A typed frame, frame 0 (reserved), no RAM, no frame number at all.
  for (const bad of [10, 0, 64, 1e9, 1.5, Number.NaN, -7, Number.POSITIVE_INFINITY]) {
    allocator.next = bad;
    expect(options.allocFrame()).toBeUndefined();
  }
  allocator.next = 11;
  const frame = options.allocFrame();
  expect(frame?.paddr).toBe(11 * PAGE_SIZE);
  expect(options.allocFrame()).toBeUndefined();
  // A segment that runs into frames in use, or out of RAM.
  allocator.next = 9;
  expect(options.allocSegment(3)).toBeUndefined();
  allocator.next = 62;
  expect(options.allocSegment(4)).toBeUndefined();
  other.leave();
});

test("the handle's constructor is out of reach", () => {
  const frame = allocFrame();
  const forge: unknown = Reflect.get(frame, "constructor");
  expect(typeof forge === "function" && (() => Reflect.construct(forge, [{}, {}, 3]))).toThrow(
    "only OSTD",
  );
});
