// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { enterTestSystem } from "../testing.ts";
import { memoryStatistics } from "./frame.ts";
import { HeapBytes, SlabHeapAllocator, slotSizeFor } from "./heap.ts";
import type { HeapAllocator } from "./heap.ts";
import { HeapSlot, Slab } from "./slab.ts";

function need<T>(value: T | undefined): T {
  if (value === undefined) {
    throw new Error("out of memory");
  }
  return value;
}

test("sizes are rounded up to slots, large ones to frames", () => {
  expect([1, 8, 9, 2048, 2049, 4097].map((size) => slotSizeFor(size))).toEqual([
    8, 8, 16, 2048, 4096, 8192,
  ]);
  expect(slotSizeFor(8, 64)).toBe(64);
});

test("bytes keep what is written, start as zeros, and their frames come back", () => {
  const system = enterTestSystem();
  const before = memoryStatistics().used;
  const all = Array.from({ length: 200 }, (_, i) => need(HeapBytes.alloc(24 + i)));
  all.forEach((bytes, i) => bytes.writeBytes(0, new Uint8Array(24).fill(i), 0, 24));
  all.forEach((bytes, i) => {
    const copy = new Uint8Array(24);
    bytes.readBytes(0, copy, 0, 24);
    expect(copy.every((byte) => byte === i)).toBe(true);
  });
  expect(() => all[0]?.readBytes(0, new Uint8Array(25), 0, 25)).toThrow("of 24 heap bytes");
  const large = need(HeapBytes.alloc(10_000));
  large.drop();
  all.forEach((bytes) => bytes.drop());
  expect(() => all[0]?.drop()).toThrow("twice");
  const again = need(HeapBytes.alloc(24));
  const copy = new Uint8Array(24).fill(9);
  again.readBytes(0, copy, 0, 24);
  expect(copy.every((byte) => byte === 0)).toBe(true);
  again.drop();
  // One empty slab of each size is kept.
  expect(memoryStatistics().used - before).toBeLessThanOrEqual(4);
  system.leave();
});

test("a slab is not freed under its slots, and takes back only its own", () => {
  const system = enterTestSystem();
  const slab = need(Slab.alloc(64));
  const other = need(Slab.alloc(64));
  const slot = need(slab.allocSlot());
  expect(() => slab.drop()).toThrow("while 1 of its slots are taken");
  expect(() => other.deallocSlot(slot)).toThrow("another slab");
  expect(() => HeapSlot.deallocLarge(slot)).toThrow("as whole frames");
  slab.deallocSlot(slot);
  expect(() => slab.deallocSlot(slot)).toThrow("after drop");
  expect(() => slot.fill(1)).toThrow("after drop");
  slab.drop();
  expect(() => slab.allocSlot()).toThrow("use of a slab after drop");
  system.leave();
});

test("an allocator that returns what is in use, too small, or foreign is a panic", () => {
  let answer: (size: number) => HeapSlot | undefined = () => undefined;
  const hostile: HeapAllocator = {
    alloc: (size) => answer(size),
    dealloc: () => undefined,
  };
  const elsewhere = enterTestSystem();
  const foreign = need(need(Slab.alloc(16)).allocSlot());
  elsewhere.leave();
  const system = enterTestSystem({ policies: { heapAllocator: () => hostile } });
  const slot = need(need(Slab.alloc(16)).allocSlot());
  answer = (): HeapSlot => slot;
  const mine = need(HeapBytes.alloc(16));
  expect(() => HeapBytes.alloc(16)).toThrow("in use");
  expect(() => HeapBytes.alloc(32)).toThrow("where 32 were asked");
  answer = (): HeapSlot => foreign;
  expect(() => HeapBytes.alloc(16)).toThrow("heap allocator returned");
  mine.drop();
  system.leave();
});

test("an allocator cannot free a slot that a client uses", () => {
  const inner = new SlabHeapAllocator();
  const slots: HeapSlot[] = [];
  const system = enterTestSystem({
    policies: {
      heapAllocator: () => ({
        alloc: (size): HeapSlot | undefined => {
          const slot = inner.alloc(size);
          if (slot !== undefined) {
            slots.push(slot);
          }
          return slot;
        },
        dealloc: (slot) => inner.dealloc(slot),
      }),
    },
  });
  const bytes = need(HeapBytes.alloc(16));
  expect(() => inner.dealloc(need(slots[0]))).toThrow("freed while it is in use");
  bytes.writeBytes(0, new Uint8Array(1), 0, 1);
  system.leave();
});
