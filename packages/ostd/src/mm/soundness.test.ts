// SPDX-License-Identifier: MPL-2.0

// Attacks on the safety invariants of memory: what a kernel in safe TypeScript could try.

import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { UserContext } from "../arch/x86_64/user-context.ts";
import { bootInfo, releaseInitramfs } from "../main.ts";
import { enterTestSystem } from "../testing.ts";
import type { TestSystem } from "../testing.ts";
import { injectUserPageFaultHandler } from "./fault.ts";
import { FrameTable } from "./frame-table.ts";
import { FrameAllocOptions, memoryStatistics } from "./frame.ts";
import { PageFlags } from "./page-prop.ts";
import { MAX_USERSPACE_VADDR, PAGE_SIZE } from "./page.ts";
import { USER_FAULT } from "./user-memory.ts";
import { VmSpace } from "./vm-space.ts";

const { RW } = PageFlags;

let system: TestSystem;

beforeEach(() => {
  system = enterTestSystem({ ramBytes: 256 * PAGE_SIZE, initramfs: new Uint8Array(100) });
});

afterEach(() => {
  system.leave();
});

function allocSpace(): VmSpace {
  const space = VmSpace.create();
  if (space === undefined) {
    throw new Error("out of memory");
  }
  return space;
}

/** Keeps every array that its methods are given, and answers with too much. */
class ThievishArray extends Uint8Array {
  readonly stolen: unknown[] = [];

  override set(source: ArrayLike<number>): void {
    this.stolen.push(source);
  }

  override subarray(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(PAGE_SIZE * 4).fill(0xee);
  }
}

test("no view on RAM reaches a subclass of Uint8Array, and its answers write no more than asked", () => {
  const segment = new FrameAllocOptions().allocSegment(2);
  const space = allocSpace();
  space.mapZeroedPage(0x1000, RW);
  const array = new ThievishArray(200).fill(5);
  segment?.readBytes(0, array, 0, 200);
  space.readBytes(0x1000, array, 0, 200);
  UserContext.create().saveFpu(new ThievishArray(512));
  expect(array.stolen).toEqual([]);
  array.fill(5);
  segment?.writeBytes(0, array, 0, 200);
  expect(segment?.readU8(199)).toBe(5);
  expect(segment?.readU8(200)).toBe(0);
  expect(space.writeBytes(0x1000, array, 0, 200)).toBe(200);
  expect(space.readU8(0x1000 + 200)).toBe(0);
});

test("a fault handler that takes the target of a copy away gets a short copy, not another's frame", () => {
  const space = allocSpace();
  const source = allocSpace();
  space.mapZeroedPage(0x1000, RW);
  injectUserPageFaultHandler((_address, _write, faulting) => {
    space.unmapPage(0x1000);
    return faulting === source && source.mapZeroedPage(0x5000, RW);
  });
  expect(source.copyToUser(0x5000, space, 0x1000, 16)).toBe(0);
});

test("a fault handler that drops the frame being read is a panic", () => {
  const space = allocSpace();
  const frame = new FrameAllocOptions().allocFrame();
  if (frame === undefined) {
    throw new Error("out of memory");
  }
  injectUserPageFaultHandler((address) => {
    frame.drop();
    return space.mapZeroedPage(address, RW);
  });
  const writer = space.writer(0x1000, 100);
  expect(() => typeof writer !== "string" && writer.write(frame.reader())).toThrow("after drop");
});

test("an atomic operation that unmaps its own page writes nowhere", () => {
  const space = allocSpace();
  space.mapZeroedPage(0x1000, RW);
  const result = space.fetchUpdateU32(0x1000, () => {
    space.unmapPage(0x1000);
    return 0xffff_ffff;
  });
  expect(result).toBe(USER_FAULT);
  const frame = new FrameAllocOptions().zeroed(false).allocFrame();
  expect(frame?.readU32(0)).toBe(0);
});

test("handles of one system are refused by another", () => {
  const frame = new FrameAllocOptions().allocFrame();
  if (frame === undefined) {
    throw new Error("out of memory");
  }
  const other = enterTestSystem({ ramBytes: 256 * PAGE_SIZE });
  const space = allocSpace();
  expect(() => space.mapPage(0x1000, frame, RW)).toThrow("another system");
  expect(() => new FrameTable().set(0, frame)).toThrow("another system");
  expect(() => new FrameAllocOptions().allocFrame()?.copyFrom(frame)).toThrow("another system");
  expect(() => space.writeFromMemory(0x1000, frame, 0, 1)).not.toThrow();
  space.mapZeroedPage(0x1000, RW);
  expect(() => space.writeFromMemory(0x1000, frame, 0, 1)).toThrow("another system");
  other.leave();
});

test("a getter put over a handle's own changes nothing in OSTD", () => {
  const frame = new FrameAllocOptions().allocFrame();
  const target = new FrameAllocOptions().allocFrame();
  if (frame === undefined || target === undefined) {
    throw new Error("out of memory");
  }
  frame.writeU8(0, 7);
  Reflect.defineProperty(frame, "paddr", { value: 0 });
  target.copyFrom(frame);
  expect(target.readU8(0)).toBe(7);
  target.writer().write(frame.reader());
  expect(target.readU8(0)).toBe(7);
  const space = allocSpace();
  space.mapPage(0x1000, frame, RW);
  expect(space.readU8(0x1000)).toBe(7);
});

test("the boot information cannot be changed by the kernel", () => {
  const info = bootInfo();
  expect(Object.isFrozen(info) && Object.isFrozen(info.initramfs)).toBe(true);
  expect(Object.isFrozen(info.memoryRegions) && Object.isFrozen(info.memoryRegions[0])).toBe(true);
  const before = memoryStatistics().total;
  expect(releaseInitramfs()).toBe(true);
  expect(memoryStatistics().total).toBe(before + 1);
  expect(releaseInitramfs()).toBe(false);
});

test("no page table is ever reached by user memory, whatever is mapped and freed", () => {
  const { bytes } = system.hardware.ram[0] ?? { bytes: new Uint8Array() };
  const spaces = [allocSpace(), allocSpace()];
  let seed = 7;
  const random = (limit: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 8) % limit;
  };
  for (let step = 0; step < 3000; step++) {
    const space = spaces[random(2)] ?? allocSpace();
    const address = random(6) * 0x4000_0000 + random(8) * PAGE_SIZE;
    const action = random(5);
    if (action === 0) {
      space.mapZeroedPage(address, RW);
    } else if (action === 1) {
      space.unmapRange(address, Math.min(MAX_USERSPACE_VADDR, address + random(3) * 0x4000_0000));
    } else if (action === 2) {
      space.copyOnWriteFrom(spaces[random(2)] ?? space, 0, MAX_USERSPACE_VADDR);
    } else if (action === 3) {
      space.resolveCopyOnWrite(address, RW);
    } else {
      // If this reached a page table, entries would become garbage and later steps would panic.
      space.writeU32(address, 0xffff_ffff);
    }
  }
  for (const space of spaces) {
    space.drop();
  }
  expect(memoryStatistics().pageTables).toBe(1);
  // All that is left of user data is in frames that are free.
  expect(bytes.length).toBe(256 * PAGE_SIZE);
  expect(memoryStatistics().used).toBe(1);
});
