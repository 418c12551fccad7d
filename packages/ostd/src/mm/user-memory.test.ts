// SPDX-License-Identifier: MPL-2.0

import { afterEach, beforeEach, expect, test } from "@jest/globals";
import fc from "fast-check";
import { enterTestSystem } from "../testing.ts";
import type { TestSystem } from "../testing.ts";
import { injectUserPageFaultHandler } from "./fault.ts";
import { FrameAllocOptions } from "./frame.ts";
import { PageFlags } from "./page-prop.ts";
import { MAX_USERSPACE_VADDR, PAGE_SIZE } from "./page.ts";
import { USER_FAULT } from "./user-memory.ts";
import { VmReader, VmWriter } from "./vm-io.ts";
import { VmSpace } from "./vm-space.ts";

const { R, RW } = PageFlags;
const BASE = 0x7f00_0000_0000;

let system: TestSystem;
let space: VmSpace;

beforeEach(() => {
  system = enterTestSystem({ ramBytes: 1024 * PAGE_SIZE });
  const created = VmSpace.create();
  if (created === undefined) {
    throw new Error("out of memory");
  }
  space = created;
});

afterEach(() => {
  system.leave();
});

test("copies cross pages that are not contiguous in RAM", () => {
  space.mapZeroedPage(BASE, RW);
  const gap = new FrameAllocOptions().allocSegment(3);
  space.mapZeroedPage(BASE + PAGE_SIZE, RW);
  gap?.drop();
  const bytes = Uint8Array.from({ length: 5000 }, (_, i) => i % 251);
  expect(space.writeBytes(BASE + 100, bytes, 0, 5000)).toBe(5000);
  const back = new Uint8Array(5002);
  expect(space.readBytes(BASE + 100, back, 1, 5000)).toBe(5000);
  expect(back.subarray(1, 5001)).toEqual(bytes);
  expect(space.readU32(BASE + PAGE_SIZE - 2)).toBe(
    (bytes[3994] ?? 0) +
      (bytes[3995] ?? 0) * 2 ** 8 +
      (bytes[3996] ?? 0) * 2 ** 16 +
      (bytes[3997] ?? 0) * 2 ** 24,
  );
});

test("a copy that meets a missing page is short, and says where", () => {
  space.mapZeroedPage(BASE, RW);
  const bytes = new Uint8Array(PAGE_SIZE * 2);
  expect(space.readBytes(BASE + 96, bytes, 0, PAGE_SIZE)).toBe(PAGE_SIZE - 96);
  expect(space.lastFaultAddress).toBe(BASE + PAGE_SIZE);
  expect(space.writeBytes(BASE - 1, bytes, 0, 2)).toBe(0);
  expect(space.fillZeros(BASE + 1, PAGE_SIZE)).toBe(PAGE_SIZE - 1);
  expect(space.probe(BASE + 1, PAGE_SIZE, true)).toBe(PAGE_SIZE - 1);
  expect(space.readU8(BASE + PAGE_SIZE)).toBe(USER_FAULT);
  expect(space.readU32(BASE + PAGE_SIZE - 1)).toBe(USER_FAULT);
  expect(space.readU64(BASE + PAGE_SIZE - 4)).toBe(USER_FAULT);
  expect(space.writeU32(BASE + PAGE_SIZE - 1, 0xffff_ffff)).toBe(false);
  // A word that faults in its second page leaves the first untouched.
  expect(space.readU8(BASE + PAGE_SIZE - 1)).toBe(0);
});

test("rights are those of user mode", () => {
  space.mapZeroedPage(BASE, R);
  expect(space.readU8(BASE)).toBe(0);
  expect(space.writeU8(BASE, 1)).toBe(false);
  expect(space.writeBytes(BASE, new Uint8Array(1), 0, 1)).toBe(0);
  expect(space.compareExchangeU32(BASE, 0, 1)).toBe(USER_FAULT);
});

test("a page without R is out of reach, as for user mode", () => {
  space.mapZeroedPage(BASE, RW);
  expect(space.writeU8(BASE, 7)).toBe(true);
  expect(space.readU8(BASE)).toBe(7);
  expect(space.protectPage(BASE, 0)).toBe(true);
  expect(space.readU8(BASE)).toBe(USER_FAULT);
  expect(space.writeU8(BASE, 1)).toBe(false);
  space.protectPage(BASE, R);
  expect(space.readU8(BASE)).toBe(7);
  expect(space.writeU8(BASE, 1)).toBe(false);
});

test("addresses outside user space copy nothing, and ranges that leave it are short", () => {
  const top = MAX_USERSPACE_VADDR - PAGE_SIZE;
  space.mapZeroedPage(top, RW);
  const bytes = new Uint8Array(PAGE_SIZE);
  expect(space.readBytes(top + 4000, bytes, 0, 200)).toBe(96);
  for (const address of [
    MAX_USERSPACE_VADDR,
    -1,
    -PAGE_SIZE,
    2 ** 53,
    0xffff_8000_0000_0000,
    0xffff_ffff_ffff_f000,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ]) {
    expect(space.readBytes(address, bytes, 0, 8)).toBe(0);
    expect(space.writeBytes(address, bytes, 0, 8)).toBe(0);
    expect(space.readU8(address)).toBe(USER_FAULT);
    expect(space.readU16(address)).toBe(USER_FAULT);
    expect(space.readU64(address)).toBe(USER_FAULT);
    expect(space.writeNumber64(address, 5)).toBe(false);
    expect(space.readCString(address, 10)).toBe("PageFault");
    expect(space.compareExchangeU32(address, 0, 0)).toBe(USER_FAULT);
  }
  expect(space.reader(MAX_USERSPACE_VADDR - 1, 2)).toBe("AccessDenied");
  expect(space.writer(-1, 2)).toBe("AccessDenied");
});

test("the fault handler is asked, and a resolved fault is invisible", () => {
  const faults: [number, boolean][] = [];
  injectUserPageFaultHandler((address, write, faulting) => {
    faults.push([address, write]);
    expect(faulting).toBe(space);
    return (
      address < BASE + 2 * PAGE_SIZE && space.mapZeroedPage(address - (address % PAGE_SIZE), RW)
    );
  });
  expect(space.writeBytes(BASE + 10, new Uint8Array(3 * PAGE_SIZE), 0, 3 * PAGE_SIZE)).toBe(
    2 * PAGE_SIZE - 10,
  );
  expect(faults).toEqual([
    [BASE + 10, true],
    [BASE + PAGE_SIZE, true],
    [BASE + 2 * PAGE_SIZE, true],
  ]);
});

test("a handler that lies does not hang the kernel", () => {
  let calls = 0;
  injectUserPageFaultHandler(() => {
    calls += 1;
    return true;
  });
  expect(space.readU8(BASE)).toBe(USER_FAULT);
  expect(calls).toBeLessThan(100);
});

test("64-bit words go as numbers and as halves", () => {
  space.mapZeroedPage(BASE, RW);
  expect(space.writeNumber64(BASE, 2 ** 53 - 1)).toBe(true);
  expect(space.readU64(BASE)).toBe(2 ** 53 - 1);
  expect(space.writeNumber64(BASE, -2)).toBe(true);
  expect(space.readU32(BASE)).toBe(0xffff_fffe);
  expect(space.readU32(BASE + 4)).toBe(0xffff_ffff);
  expect(space.writeU64(BASE + 3, 0x1234_5678, 0x9abc_def0)).toBe(true);
  expect(space.readU32(BASE + 7)).toBe(0x9abc_def0);
  expect(space.writeU16(BASE + 1, 0x1_ffff)).toBe(true);
  expect(space.readU16(BASE + 1)).toBe(0xffff);
});

test("a string ends at its zero, crosses pages, and is refused without one", () => {
  space.mapZeroedPage(BASE, RW);
  space.mapZeroedPage(BASE + PAGE_SIZE, RW);
  const text = "name-\u00ff-of-a-file";
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  space.writeBytes(BASE + PAGE_SIZE - 5, bytes, 0, bytes.length);
  expect(space.readCString(BASE + PAGE_SIZE - 5, 100)).toEqual({ bytes: text });
  expect(space.readCString(BASE + PAGE_SIZE - 5, text.length)).toBe("TooLong");
  expect(space.readCString(BASE + PAGE_SIZE - 5, text.length + 1)).toEqual({ bytes: text });
  expect(space.readCString(BASE, 10)).toEqual({ bytes: "" });
  space.writeBytes(BASE + 2 * PAGE_SIZE - 2, bytes, 0, 2);
  expect(space.readCString(BASE + 2 * PAGE_SIZE - 2, 10)).toBe("PageFault");
});

test("atomic words change once, and must be aligned", () => {
  space.mapZeroedPage(BASE, RW);
  expect(space.compareExchangeU32(BASE, 0, 0xffff_fff0)).toBe(0);
  expect(space.compareExchangeU32(BASE, 0, 1)).toBe(0xffff_fff0);
  expect(space.readU32(BASE)).toBe(0xffff_fff0);
  expect(space.compareExchangeU32(BASE, -16, 5)).toBe(0xffff_fff0);
  expect(space.fetchUpdateU32(BASE, (old) => old + 1)).toBe(5);
  expect(space.readU32(BASE)).toBe(6);
  expect(space.compareExchangeU32(BASE + 2, 0, 1)).toBe(USER_FAULT);
});

test("readers and writers copy between every two kinds of memory", () => {
  const segment = new FrameAllocOptions().allocSegment(2);
  if (segment === undefined) {
    throw new Error("out of memory");
  }
  space.mapZeroedPage(BASE, RW);
  space.mapZeroedPage(BASE + PAGE_SIZE, RW);
  const kinds = ["kernel", "frames", "user"] as const;
  for (const from of kinds) {
    for (const to of kinds) {
      const source = Uint8Array.from({ length: 6000 }, (_, i) => (i * 7 + to.length) % 256);
      const target = new Uint8Array(6000);
      segment.writeBytes(100, source, 0, 6000);
      space.writeBytes(BASE + 200, source, 0, 6000);
      const readers = {
        kernel: () => VmReader.from(source),
        frames: () => segment.reader(100, 6000),
        user: () => space.reader(BASE + 200, 6000),
      };
      const writers = {
        kernel: () => VmWriter.from(target),
        frames: () => segment.writer(1000, 6000),
        user: () => space.writer(BASE + 1200, 6000),
      };
      const reader = readers[from]();
      const writer = writers[to]();
      if (typeof reader === "string" || typeof writer === "string") {
        throw new Error("refused");
      }
      // Ranges of one memory overlap; copy the front only.
      expect(writer.write(reader, 700)).toBe(700);
      expect(reader.remain).toBe(5300);
      expect(writer.avail).toBe(5300);
      if (to === "frames") {
        segment.readBytes(1000, target, 0, 700);
      } else if (to === "user") {
        space.readBytes(BASE + 1200, target, 0, 700);
      }
      expect(target.subarray(0, 700)).toEqual(source.subarray(0, 700));
    }
  }
});

test("a writer to user memory stops at the fault and keeps count", () => {
  space.mapZeroedPage(BASE, RW);
  const writer = space.writer(BASE + 4000, 1000);
  const reader = VmReader.from(new Uint8Array(1000).fill(9));
  if (typeof writer === "string") {
    throw new Error(writer);
  }
  expect(writer.write(reader)).toBe(96);
  expect(reader.remain).toBe(904);
  expect(writer.position).toBe(BASE + PAGE_SIZE);
  expect(writer.write(reader)).toBe(0);
});

test("random copies agree with an array of bytes", () => {
  const pages = 6;
  // Page 3 is missing.
  for (let i = 0; i < pages; i++) {
    if (i !== 3) {
      space.mapZeroedPage(BASE + i * PAGE_SIZE, RW);
    }
  }
  const model = new Uint8Array(pages * PAGE_SIZE);
  const reach = (at: number): number =>
    at < 3 * PAGE_SIZE ? 3 * PAGE_SIZE - at : at < 4 * PAGE_SIZE ? 0 : model.length - at;
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: pages * PAGE_SIZE - 1 }),
      fc.uint8Array({ maxLength: 9000 }),
      fc.boolean(),
      (at, bytes, write) => {
        const expected = Math.min(bytes.length, reach(at));
        if (write) {
          expect(space.writeBytes(BASE + at, bytes, 0, bytes.length)).toBe(expected);
          model.set(bytes.subarray(0, expected), at);
        } else {
          expect(space.readBytes(BASE + at, bytes, 0, bytes.length)).toBe(expected);
          expect(bytes.subarray(0, expected)).toEqual(model.subarray(at, at + expected));
        }
      },
    ),
    { numRuns: 300 },
  );
});

test("readers and writers skip, limit, and fill with zeros", () => {
  const bytes = Uint8Array.from({ length: 20 }, (_, i) => i + 1);
  const reader = VmReader.from(bytes, 2, 10).skip(3).limit(4);
  expect([reader.remain, reader.position]).toEqual([4, 5]);
  const out = new Uint8Array(10);
  expect(reader.readBytes(out, 1)).toBe(4);
  expect([...out]).toEqual([0, 6, 7, 8, 9, 0, 0, 0, 0, 0]);
  expect(VmReader.from(bytes).skip(-5).limit(-1).remain).toBe(0);
  expect(VmReader.from(bytes).skip(100).remain).toBe(0);
  const writer = VmWriter.from(out);
  expect(writer.writeBytes(bytes, 0, 6)).toBe(6);
  expect(writer.fillZeros(100)).toBe(4);
  expect([...out]).toEqual([1, 2, 3, 4, 5, 6, 0, 0, 0, 0]);
  expect(writer.avail).toBe(0);
  expect(() => VmReader.from(bytes, 15, 10)).toThrow("15…25");
  expect(() => VmWriter.from(bytes, -1)).toThrow();
  expect(() => reader.readBytes(out, 11)).toThrow();

  const segment = new FrameAllocOptions().zeroed(false).allocSegment(1);
  segment?.fill(0xff);
  expect(segment?.writer(10, 5).fillZeros(9)).toBe(5);
  expect([9, 10, 14, 15].map((at) => segment?.readU8(at))).toEqual([0xff, 0, 0, 0xff]);
  space.mapZeroedPage(BASE, RW);
  space.writeU32(BASE + PAGE_SIZE - 4, 0xffff_ffff);
  const user = space.writer(BASE + PAGE_SIZE - 2, 10);
  expect(typeof user !== "string" && user.fillZeros(10)).toBe(2);
  expect(space.readU32(BASE + PAGE_SIZE - 4)).toBe(0xffff);
});
