// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { enterTestSystem } from "../testing.ts";
import { FrameTable } from "./frame-table.ts";
import { FrameAllocOptions, memoryStatistics } from "./frame.ts";

test("a table holds frames by number, sparse, with a reference each", () => {
  const { leave } = enterTestSystem();
  const before = memoryStatistics();
  const table = new FrameTable();
  const places = [0, 255, 256, 1_000_000, 2 ** 40];
  for (const place of places) {
    const frame = new FrameAllocOptions().allocFrame();
    if (frame === undefined) {
      throw new Error("out of memory");
    }
    table.set(place, frame);
    frame.drop();
    expect(table.referenceCount(place)).toBe(1);
    table.writeBytes(place, 10, new Uint8Array([1, 2, 3]), 0, 3);
  }
  expect([...table.indexes()]).toEqual(places);
  const out = new Uint8Array(3);
  table.readBytes(256, 10, out, 0, 3);
  expect([...out]).toEqual([1, 2, 3]);
  const handle = table.get(256);
  expect(table.referenceCount(256)).toBe(2);
  expect(table.get(257)).toBeUndefined();
  expect(() => table.readBytes(257, 0, out, 0, 1)).toThrow("not in the table");
  expect(() => table.readBytes(256, 4094, out, 0, 3)).toThrow("4094");
  expect(table.truncate(256)).toBe(3);
  expect([table.count, table.has(255), table.has(256)]).toEqual([2, true, false]);
  expect(handle?.readU8(10)).toBe(1);
  expect(table.remove(255)).toBe(true);
  expect(table.remove(255)).toBe(false);
  handle?.drop();
  table.drop();
  expect(memoryStatistics()).toEqual(before);
  leave();
});

test("a place set again gives up its old frame", () => {
  const { leave } = enterTestSystem();
  const table = new FrameTable();
  const a = new FrameAllocOptions().allocFrame();
  const b = new FrameAllocOptions().allocFrame();
  if (a === undefined || b === undefined) {
    throw new Error("out of memory");
  }
  table.set(3, a);
  table.set(3, b);
  expect([a.referenceCount, b.referenceCount, table.count]).toEqual([1, 2, 1]);
  table.set(3, b);
  expect(b.referenceCount).toBe(2);
  leave();
});
