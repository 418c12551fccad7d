// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { BuddyAllocator } from "./buddy-allocator.ts";

test("all frames can be had one by one, and then none", () => {
  const allocator = new BuddyAllocator();
  allocator.addFreeMemory(3, 1000);
  const seen = new Set<number>();
  for (let i = 0; i < 1000; i++) {
    seen.add(allocator.alloc(1));
  }
  expect(seen.size).toBe(1000);
  expect(Math.min(...seen)).toBe(3);
  expect(Math.max(...seen)).toBe(1002);
  expect(allocator.alloc(1)).toBe(-1);
});

test("freed single frames merge again into the largest segment", () => {
  const allocator = new BuddyAllocator();
  allocator.addFreeMemory(0, 512);
  const frames = Array.from({ length: 512 }, () => allocator.alloc(1));
  expect(allocator.alloc(512)).toBe(-1);
  for (const frame of frames) {
    allocator.dealloc(frame, 1);
  }
  expect(allocator.alloc(512)).toBe(0);
});

test("what was given back is given again before memory that nobody has used", () => {
  const allocator = new BuddyAllocator();
  allocator.addFreeMemory(7, 60_000);
  const first = new Set(Array.from({ length: 4096 }, () => allocator.alloc(1)));
  for (let round = 0; round < 4; round++) {
    for (const frame of first) {
      allocator.dealloc(frame, 1);
    }
    const again = Array.from({ length: 4096 }, () => allocator.alloc(1));
    expect(again.every((frame) => first.has(frame))).toBe(true);
  }
});

test("a segment larger than any block is refused", () => {
  const allocator = new BuddyAllocator();
  allocator.addFreeMemory(0, 64);
  expect(allocator.alloc(65)).toBe(-1);
  expect(allocator.alloc(2 ** 40)).toBe(-1);
});

test("no frame is handed out twice, whatever the order of calls", () => {
  const step = fc.oneof(
    fc.record({ alloc: fc.integer({ min: 1, max: 40 }) }),
    fc.record({ free: fc.nat(1000) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const allocator = new BuddyAllocator();
      const total = 300;
      allocator.addFreeMemory(5, total);
      const owned = new Uint8Array(5 + total);
      const held: { first: number; count: number }[] = [];
      let used = 0;
      for (const action of steps) {
        if ("alloc" in action) {
          const first = allocator.alloc(action.alloc);
          if (first < 0) {
            continue;
          }
          for (let pfn = first; pfn < first + action.alloc; pfn++) {
            expect(pfn >= 5 && pfn < 5 + total).toBe(true);
            expect(owned[pfn]).toBe(0);
            owned[pfn] = 1;
          }
          used += action.alloc;
          held.push({ first, count: action.alloc });
        } else {
          const segment = held.splice(action.free % Math.max(1, held.length), 1)[0];
          if (segment !== undefined) {
            owned.fill(0, segment.first, segment.first + segment.count);
            used -= segment.count;
            allocator.dealloc(segment.first, segment.count);
          }
        }
      }
      // Nothing is lost either.
      let rest = 0;
      while (allocator.alloc(1) >= 0) {
        rest += 1;
      }
      expect(rest).toBe(total - used);
    }),
    { numRuns: 200 },
  );
});
