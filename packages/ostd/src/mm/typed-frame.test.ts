// SPDX-License-Identifier: MPL-2.0

import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { enterTestSystem } from "../testing.ts";
import type { TestSystem } from "../testing.ts";
import { FrameList } from "./frame-list.ts";
import { memoryStatistics } from "./frame.ts";
import { Frame, UniqueFrame } from "./typed-frame.ts";

class Slot {
  readonly name: string;
  dropped = 0;

  constructor(name: string) {
    this.name = name;
  }

  onDrop(): void {
    this.dropped += 1;
  }
}

let system: TestSystem;
let before: number;
beforeEach(() => {
  system = enterTestSystem();
  before = memoryStatistics().used;
});
afterEach(() => system.leave());

function unique(name: string): UniqueFrame<Slot> {
  const frame = UniqueFrame.alloc(new Slot(name));
  if (frame === undefined) {
    throw new Error("out of memory");
  }
  return frame;
}

test("a typed frame belongs to its metadata, which learns of the last handle's end", () => {
  const slot = new Slot("a");
  const frame = Frame.alloc(slot);
  const other = frame?.clone();
  expect(frame?.meta).toBe(slot);
  expect(other?.referenceCount).toBe(2);
  frame?.drop();
  expect(slot.dropped).toBe(0);
  expect(() => frame?.meta).toThrow("use of a typed frame after drop");
  other?.drop();
  expect(slot.dropped).toBe(1);
  expect(memoryStatistics().used).toBe(before);
});

test("one handle may become unique, and a unique one may be repurposed and shared", () => {
  const frame = Frame.alloc(new Slot("a"));
  const clone = frame?.clone();
  expect(frame?.tryIntoUnique()).toBeUndefined();
  clone?.drop();
  const only = frame?.tryIntoUnique();
  expect(() => frame?.paddr).toThrow("after drop");
  const first = only?.meta;
  const next = only?.repurpose(new Slot("b"));
  expect(first?.dropped).toBe(1);
  expect(() => only?.meta).toThrow("after drop");
  expect(next?.meta.name).toBe("b");
  next?.intoShared().drop();
  expect(memoryStatistics().used).toBe(before);
});

test("a list owns its frames, and a frame stands in one list", () => {
  const list = new FrameList<Slot>();
  const other = new FrameList<Slot>();
  const [a, b, c] = [unique("a"), unique("b"), unique("c")];
  const { paddr } = b;
  list.pushBack(a);
  list.pushBack(b);
  list.pushFront(c);
  expect([...list.metas()].map(({ name }) => name)).toEqual(["c", "a", "b"]);
  expect(() => other.pushBack(b)).toThrow("after drop");
  expect(list.contains(paddr)).toBe(true);
  const taken = list.remove(paddr);
  expect(taken?.meta.name).toBe("b");
  expect(list.remove(paddr)).toBeUndefined();
  taken?.drop();
  expect(list.popFront()?.meta.name).toBe("c");
  expect(list.size).toBe(1);
  list.drop();
  expect(memoryStatistics().used).toBe(before + 1);
  expect(() => list.popBack()).toThrow("after drop");
});

test("memory that is out is undefined, and a frame of another system is refused", () => {
  const list = new FrameList<Slot>();
  const other = enterTestSystem({ ramBytes: 4 * 4096 });
  const frames = [unique("1"), unique("2")];
  expect(Frame.alloc(new Slot("3"))).toBeUndefined();
  expect(() => list.pushBack(frames[0] ?? unique(""))).toThrow("another system");
  other.leave();
});
