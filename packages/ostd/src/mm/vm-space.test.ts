// SPDX-License-Identifier: MPL-2.0

import { afterEach, beforeEach, expect, test } from "@jest/globals";
import fc from "fast-check";
import { enterTestSystem } from "../testing.ts";
import type { TestSystem } from "../testing.ts";
import { FrameAllocOptions, memoryStatistics } from "./frame.ts";
import type { UFrame } from "./frame.ts";
import { PageFlags, PageProperty } from "./page-prop.ts";
import { MAX_USERSPACE_VADDR, PAGE_SIZE } from "./page.ts";
import { CopyOnWrite, VmSpace } from "./vm-space.ts";

const { R, W, RW, RWX, ACCESSED, DIRTY, AVAIL1, AVAIL2 } = PageFlags;

let system: TestSystem;

beforeEach(() => {
  system = enterTestSystem({ ramBytes: 2048 * PAGE_SIZE });
});

afterEach(() => {
  system.leave();
});

function createSpace(): VmSpace {
  const space = VmSpace.create();
  if (space === undefined) {
    throw new Error("out of memory");
  }
  return space;
}

function allocFrame(): UFrame {
  const frame = new FrameAllocOptions().allocFrame();
  if (frame === undefined) {
    throw new Error("out of memory");
  }
  return frame;
}

/** The 64-bit entry of `address` as the machine's page walk would read it, in halves. */
function walk(root: number, address: number): { low: number; high: number } | undefined {
  const ram = system.hardware.ram[0]?.bytes ?? new Uint8Array();
  const view = new DataView(ram.buffer);
  let table = root;
  for (let level = 3; ; level--) {
    const index = Math.floor(address / 2 ** (12 + 9 * level)) % 512;
    const low = view.getUint32(table + index * 8, true);
    const high = view.getUint32(table + index * 8 + 4, true);
    if (low % 2 === 0) {
      return undefined;
    }
    if (level === 0) {
      return { low, high };
    }
    // Rights are decided by the leaf alone.
    expect(low % 8).toBe(7);
    table = low - (low % 4096);
  }
}

test("a mapping is the page-table entry of the SDM", () => {
  const space = createSpace();
  space.activate();
  const frame = allocFrame();
  const address = 0x7fff_ffff_f000;
  expect(space.mapPage(address, frame, RW)).toBe(true);
  const writable = walk(system.hardware.root, address);
  expect(writable).toEqual({ low: frame.paddr + 7, high: 0x8000_0000 });
  space.protectPage(address, R | PageFlags.X | AVAIL2 | DIRTY);
  const executable = walk(system.hardware.root, address);
  expect(executable).toEqual({ low: frame.paddr + 5 + 0x40 + 0x400, high: 0 });
});

test("pages that are mapped together leave those alone that are there, and holes", () => {
  const space = createSpace();
  const [old, one, two] = [allocFrame(), allocFrame(), allocFrame()];
  const start = 0x3f_c000;
  space.mapPage(start + PAGE_SIZE, old, RW);
  expect(space.mapAbsentPages(start, [one, two, undefined, two], R)).toBe(true);
  expect(space.queryPage(start)).toBe(one.paddr + R);
  expect(space.queryPage(start + PAGE_SIZE)).toBe(old.paddr + RW);
  expect(space.queryPage(start + 2 * PAGE_SIZE)).toBe(0);
  expect(space.queryPage(start + 3 * PAGE_SIZE)).toBe(two.paddr + R);
  expect(space.pageCount).toBe(3);
  expect([one, two].map((frame) => frame.referenceCount)).toEqual([2, 2]);
  expect(space.unmapRange(0, 0x80_0000)).toBe(3);
  expect([old, one, two].map((frame) => frame.referenceCount)).toEqual([1, 1, 1]);
});

test("pages that are mapped together are those of one system's live frames and user addresses", () => {
  const space = createSpace();
  const frame = allocFrame();
  for (const address of [
    -PAGE_SIZE,
    1,
    NaN,
    MAX_USERSPACE_VADDR,
    MAX_USERSPACE_VADDR - PAGE_SIZE,
  ]) {
    expect(space.mapAbsentPages(address, [frame, frame], RW)).toBe(false);
  }
  expect(space.mapAbsentPages(0, new Array<UFrame>(513).fill(frame), RW)).toBe(false);
  const dropped = allocFrame();
  dropped.drop();
  expect(() => space.mapAbsentPages(0, [frame, dropped], RW)).toThrow("after drop");
  const hostile = [frame, frame];
  Object.defineProperty(hostile, 1, {
    get: (): UFrame | undefined => {
      frame.drop();
      return undefined;
    },
  });
  expect(() => space.mapAbsentPages(0, hostile, RW)).toThrow("after drop");
  expect(space.pageCount).toBe(0);
});

test("what was mapped can be queried, with its flags", () => {
  const space = createSpace();
  const frame = allocFrame();
  for (const flags of [R, RW, RWX, RW | ACCESSED, RW | DIRTY | AVAIL1, R | AVAIL2]) {
    expect(space.mapPage(0x40_0000, frame, flags)).toBe(true);
    expect(space.queryPage(0x40_0abc)).toBe(frame.paddr + flags);
  }
  expect(frame.referenceCount).toBe(2);
  expect(space.queryPage(0x40_1000)).toBe(0);
});

test("addresses outside user space and unaligned pages are refused", () => {
  const space = createSpace();
  const frame = allocFrame();
  const bad = [
    MAX_USERSPACE_VADDR,
    -PAGE_SIZE,
    2 ** 52,
    0x40_0001,
    Number.NaN,
    0xffff_8000_0000_0000,
  ];
  for (const address of bad) {
    expect(space.mapPage(address, frame, RW)).toBe(false);
    expect(space.mapZeroedPage(address, RW)).toBe(false);
    expect(space.protectPage(address, R)).toBe(false);
    expect(space.unmapPage(address)).toBe(false);
    expect(space.resolveCopyOnWrite(address, RW)).toBe(CopyOnWrite.NOT_MAPPED);
  }
  expect(space.queryPage(MAX_USERSPACE_VADDR)).toBe(0);
  expect(space.queryPage(-1)).toBe(0);
  expect(space.unmapRange(0, MAX_USERSPACE_VADDR + PAGE_SIZE)).toBe(0);
  expect(space.cursor(0x1000, MAX_USERSPACE_VADDR)).toBe("InvalidArgs");
  expect(space.cursorMut(0x1001, PAGE_SIZE)).toBe("InvalidArgs");
  expect(frame.referenceCount).toBe(1);
});

test("dropping a space frees its tables and gives up its frames", () => {
  const before = memoryStatistics();
  const space = createSpace();
  const frame = allocFrame();
  for (let i = 0; i < 600; i++) {
    expect(space.mapPage(0x1000 * i + 0x7f00_0000_0000 * (i % 2), frame, RW)).toBe(true);
  }
  expect(frame.referenceCount).toBe(601);
  space.activate();
  system.hardware.recording = true;
  const { root } = system.hardware;
  space.drop();
  expect(system.hardware.root).not.toBe(root);
  expect(system.hardware.invalidatedSpaces).toEqual([root]);
  expect(frame.referenceCount).toBe(1);
  frame.drop();
  expect(memoryStatistics()).toEqual(before);
  expect(() => space.queryPage(0)).toThrow("after drop");
  expect(() => space.readU8(0x1000)).toThrow("after drop");
  expect(() => space.activate()).toThrow("after drop");
});

test("unmapping the last page frees the page tables", () => {
  const space = createSpace();
  const before = memoryStatistics();
  space.mapZeroedPage(0x40_0000, RW);
  space.mapZeroedPage(0x7fff_0000_0000, RW);
  expect(memoryStatistics().pageTables).toBe(before.pageTables + 6);
  expect(space.unmapRange(0, MAX_USERSPACE_VADDR)).toBe(2);
  expect(memoryStatistics()).toEqual(before);
});

test("taking rights away is told to the machine; granting a new page is not", () => {
  const space = createSpace();
  space.activate();
  const { hardware } = system;
  hardware.recording = true;
  space.mapZeroedPage(0x40_0000, RW);
  space.mapZeroedPage(0x40_1000, RW);
  expect(hardware.invalidatedPages).toEqual([]);
  space.protectPage(0x40_0000, R);
  expect(hardware.invalidatedPages).toEqual([[hardware.root, 0x40_0000]]);
  space.protectRange(0x40_0000, 0x40_2000, 0, W);
  expect(hardware.invalidatedPages.slice(1)).toEqual([[hardware.root, 0x40_1000]]);
  space.unmapPage(0x40_0000);
  expect(hardware.invalidatedPages.slice(2)).toEqual([[hardware.root, 0x40_0000]]);
});

test("a large unmap flushes the whole address space", () => {
  const space = createSpace();
  for (let i = 0; i < 100; i++) {
    space.mapZeroedPage(0x40_0000 + i * PAGE_SIZE, RW);
  }
  system.hardware.recording = true;
  expect(space.unmapRange(0x40_0000, 0x50_0000)).toBe(100);
  expect(system.hardware.invalidatedSpaces.length).toBe(1);
});

test("fork shares pages without the right to write, and a write gets a copy", () => {
  const parent = createSpace();
  const child = createSpace();
  parent.mapZeroedPage(0x40_0000, RW);
  parent.mapZeroedPage(0x40_2000, R);
  parent.mapZeroedPage(0x7f00_0000_0000, RW);
  parent.writeU32(0x40_0000, 42);
  system.hardware.recording = true;
  expect(child.copyOnWriteFrom(parent, 0, MAX_USERSPACE_VADDR)).toBe(3);
  expect(system.hardware.invalidatedPages.map(([, address]) => address)).toEqual([
    0x40_0000, 0x7f00_0000_0000,
  ]);
  expect(parent.queryPage(0x40_0000) & W).toBe(0);
  expect(child.queryPage(0x40_0000) & W).toBe(0);
  expect(child.pageReferenceCount(0x40_0000)).toBe(2);
  expect(child.writeU32(0x40_0000, 1)).toBe(false);

  expect(child.resolveCopyOnWrite(0x40_0000, RW)).toBe(CopyOnWrite.COPIED);
  expect(child.writeU32(0x40_0000, 43)).toBe(true);
  expect(parent.readU32(0x40_0000)).toBe(42);
  expect(parent.resolveCopyOnWrite(0x40_0000, RW)).toBe(CopyOnWrite.MADE_WRITABLE);
  expect(parent.writeU32(0x40_0000, 44)).toBe(true);
  expect(child.readU32(0x40_0000)).toBe(43);
  expect(parent.resolveCopyOnWrite(0x1000, RW)).toBe(CopyOnWrite.NOT_MAPPED);
});

test("shared mappings keep their rights in the child", () => {
  const parent = createSpace();
  const child = createSpace();
  parent.mapZeroedPage(0x40_0000, RW);
  expect(child.shareFrom(parent, 0x40_0000, 0x40_1000)).toBe(1);
  child.writeU32(0x40_0000, 7);
  expect(parent.readU32(0x40_0000)).toBe(7);
});

test("fork without memory leaves the parent whole", () => {
  const parent = createSpace();
  for (let i = 0; i < 8; i++) {
    parent.mapZeroedPage(0x4000_0000 * i, RW);
  }
  const child = createSpace();
  const held: UFrame[] = [];
  while (memoryStatistics().free > 3) {
    held.push(allocFrame());
  }
  expect(child.copyOnWriteFrom(parent, 0, MAX_USERSPACE_VADDR)).toBe(-1);
  child.drop();
  for (const frame of held) {
    frame.drop();
  }
  for (let i = 0; i < 8; i++) {
    expect(parent.pageReferenceCount(0x4000_0000 * i)).toBe(1);
  }
  const before = memoryStatistics();
  parent.drop();
  // 8 pages, 8 leaf tables, 8 directories, one level 3, the root.
  expect(memoryStatistics().used).toBe(before.used - 8 - 8 - 8 - 1 - 1);
});

test("accessed and dirty are set by the kernel's accesses, read and cleared", () => {
  const space = createSpace();
  space.mapZeroedPage(0x40_0000, RW);
  expect(space.clearAccessedDirty(0x40_0000)).toBe(0);
  space.readU8(0x40_0000);
  expect(space.clearAccessedDirty(0x40_0000)).toBe(ACCESSED);
  space.writeU8(0x40_0000, 1);
  expect(space.clearAccessedDirty(0x40_0000)).toBe(ACCESSED | DIRTY);
  expect(space.queryPage(0x40_0000) % PAGE_SIZE).toBe(RW);
});

test("a cursor maps, finds, changes and unmaps", () => {
  const space = createSpace();
  const cursor = space.cursorMut(0x40_0000, 16 * PAGE_SIZE);
  if (typeof cursor === "string") {
    throw new Error(cursor);
  }
  const frame = allocFrame();
  expect(cursor.query()).toBeUndefined();
  expect(cursor.map(frame, PageProperty.newUser(RW))).toBe(true);
  expect(cursor.jump(0x40_5000)).toBe(true);
  expect(cursor.map(frame, PageProperty.newUser(R, "Uncacheable"))).toBe(true);
  expect(cursor.virtAddr).toBe(0x40_6000);
  expect(cursor.jump(0x41_1000)).toBe(false);
  expect(cursor.jump(0x40_1000)).toBe(true);
  expect(cursor.findNext(4 * PAGE_SIZE)).toBeUndefined();
  expect(cursor.findNext(16 * PAGE_SIZE)).toBe(0x40_5000);
  const page = cursor.query();
  expect(page?.property).toEqual(PageProperty.newUser(R, "Uncacheable"));
  expect(page?.frame.paddr).toBe(frame.paddr);
  page?.frame.drop();
  cursor.jump(0x40_0000);
  expect(cursor.protectNext(16 * PAGE_SIZE, (flags) => flags & ~W)).toBe(0x40_0000);
  expect(space.queryPage(0x40_0000) % PAGE_SIZE).toBe(R);
  cursor.jump(0x40_0000);
  expect(cursor.unmap(16 * PAGE_SIZE)).toBe(2);
  expect(cursor.map(frame, PageProperty.newUser(RW))).toBe(false);
  // Two mappings are gone, and their references once the machine has forgotten them.
  expect(frame.referenceCount).toBe(3);
  cursor.flush();
  expect(frame.referenceCount).toBe(1);
});

test("random sequences agree with a map of pages", () => {
  const before = memoryStatistics();
  // Pages at the corners of tables of every level.
  const corners = [0, 1, 511, 512, 513, 2 ** 18 - 1, 2 ** 18, 2 ** 27 - 1, 2 ** 27, 2 ** 35 - 1];
  const page = fc.constantFrom(...corners);
  const flags = fc.constantFrom<number>(R, RW, RWX, R | AVAIL1, RW | DIRTY);
  const range = fc.tuple(page, fc.integer({ min: 1, max: 1024 }));
  const step = fc.oneof(
    fc.record({ op: fc.constant("map"), page, flags }),
    fc.record({ op: fc.constant("protect"), page, flags }),
    fc.record({ op: fc.constant("unmap"), range }),
    fc.record({ op: fc.constant("protectRange"), range }),
    fc.record({ op: fc.constant("find"), range }),
    fc.record({ op: fc.constant("fork") }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let space = createSpace();
      const model = new Map<number, number>();
      for (const action of steps) {
        if ("range" in action) {
          const [first, count] = action.range;
          const last = Math.min(2 ** 35, first + count);
          const inside = [...model.keys()].filter((key) => key >= first && key < last);
          const start = first * PAGE_SIZE;
          const end = last * PAGE_SIZE;
          if (action.op === "unmap") {
            expect(space.unmapRange(start, end)).toBe(inside.length);
            inside.forEach((key) => model.delete(key));
          } else if (action.op === "protectRange") {
            expect(space.protectRange(start, end, AVAIL2, W)).toBe(inside.length);
            inside.forEach((key) => model.set(key, ((model.get(key) ?? 0) & ~W) | AVAIL2));
          } else {
            const found = inside.length === 0 ? -1 : Math.min(...inside) * PAGE_SIZE;
            expect(space.findNextPage(start, end)).toBe(found);
          }
        } else if ("page" in action) {
          const address = action.page * PAGE_SIZE;
          if (action.op === "map") {
            expect(space.mapZeroedPage(address, action.flags)).toBe(true);
            model.set(action.page, action.flags);
          } else {
            expect(space.protectPage(address, action.flags)).toBe(model.has(action.page));
            if (model.has(action.page)) {
              model.set(action.page, action.flags);
            }
          }
        } else {
          const child = createSpace();
          expect(child.copyOnWriteFrom(space, 0, MAX_USERSPACE_VADDR)).toBe(model.size);
          space.drop();
          space = child;
          model.forEach((value, key) => model.set(key, value & ~W));
        }
        for (const key of corners) {
          expect(space.queryPage(key * PAGE_SIZE) % PAGE_SIZE).toBe(model.get(key) ?? 0);
          expect(space.pageReferenceCount(key * PAGE_SIZE)).toBe(model.has(key) ? 1 : 0);
        }
      }
      space.drop();
      expect(memoryStatistics()).toEqual(before);
    }),
    { numRuns: 150 },
  );
});

test("without memory nothing is mapped, and no reference is lost", () => {
  const space = createSpace();
  const parent = createSpace();
  parent.mapZeroedPage(0x40_0000, RW);
  space.copyOnWriteFrom(parent, 0x40_0000, 0x40_1000);
  const frame = allocFrame();
  const cursor = space.cursorMut(0x1000_0000_0000, PAGE_SIZE);
  const held: UFrame[] = [];
  while (memoryStatistics().free > 0) {
    held.push(allocFrame());
  }
  expect(VmSpace.create()).toBeUndefined();
  expect(space.mapPage(0x2000_0000_0000, frame, RW)).toBe(false);
  expect(space.mapZeroedPage(0x40_1000, RW)).toBe(false);
  expect(space.resolveCopyOnWrite(0x40_0000, RW)).toBe(CopyOnWrite.NO_MEMORY);
  expect(typeof cursor !== "string" && cursor.map(frame, PageProperty.newUser(RW))).toBe(false);
  expect(frame.referenceCount).toBe(1);
  expect(space.queryPage(0x40_0000) & W).toBe(0);
  // The page and three tables need four frames; with less, none is kept.
  for (let free = 1; free <= 4; free++) {
    held.pop()?.drop();
    expect(memoryStatistics().free).toBe(free);
    expect(space.mapZeroedPage(0x2000_0000_0000, RW)).toBe(free === 4);
  }
});

test("the frame of a page can be had as a handle", () => {
  const space = createSpace();
  space.mapZeroedPage(0x40_0000, RW);
  space.writeU32(0x40_0010, 99);
  const frame = space.frameAt(0x40_0fff);
  expect(frame?.readU32(0x10)).toBe(99);
  expect(space.pageReferenceCount(0x40_0000)).toBe(2);
  frame?.drop();
  expect(space.frameAt(0x40_1000)).toBeUndefined();
});
