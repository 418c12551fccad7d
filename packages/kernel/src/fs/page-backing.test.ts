// SPDX-License-Identifier: MPL-2.0

import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { VmReader, VmWriter } from "@aster/ostd";
import type { UFrame } from "@aster/ostd";
import { TestKernel } from "../testing/test-kernel.ts";
import { byteString, bytesOf } from "./byte-string.ts";
import { FramePages, PageBudget } from "./frame-pages.ts";
import { PageBacking } from "./page-backing.ts";

const PAGE_SIZE = 4096;

/** A medium that counts what is asked of it; byte n of the file is the letter of its page. */
class LetterBacking extends PageBacking {
  loads = 0;
  isBroken = false;

  constructor(lengthBytes: number) {
    super(lengthBytes);
  }
  load(first: number, frames: readonly (UFrame | undefined)[]): boolean {
    if (this.isBroken) return false;
    this.loads++;
    for (const [i, frame] of frames.entries()) {
      const count = Math.max(0, Math.min(PAGE_SIZE, this.lengthBytes - (first + i) * PAGE_SIZE));
      frame?.fill(0x41 + ((first + i) % 26), 0, count);
      if (count < PAGE_SIZE) frame?.fill(0, count);
    }
    return true;
  }
  makeRoom(): void {}
  pagesLoaded(): void {}
  fileGone(): void {}
}

let system: TestKernel;
let file: FramePages;
let backing: LetterBacking;

beforeEach(() => {
  system = new TestKernel();
  file = new FramePages(new PageBudget(Infinity));
  backing = new LetterBacking(40 * PAGE_SIZE + 10);
  file.attachBacking(backing);
});
afterEach(() => {
  file.truncate(0);
  system.leave();
});

function read(offset: number, length: number): string {
  const bytes = new Uint8Array(length);
  return byteString(bytes, 0, file.read(VmWriter.from(bytes), offset));
}
function write(offset: number, text: string): number {
  return file.write(VmReader.from(bytesOf(text)), offset);
}

test("pages come from the backing once, several at a time, and only when they are read", () => {
  expect(file.size).toBe(40 * PAGE_SIZE + 10);
  expect(backing.loads).toBe(0);
  expect(read(PAGE_SIZE - 1, 2)).toBe("AB");
  expect(backing.loads).toBe(1);
  expect(read(3 * PAGE_SIZE, 1)).toBe("D");
  expect(backing.loads).toBe(1);
  expect(read(40 * PAGE_SIZE, 100)).toBe("O".repeat(10));
  expect(backing.loads).toBe(2);
});

test("a write keeps the rest of its page, and is kept when clean pages are dropped", () => {
  expect(write(5, "xyz")).toBe(3);
  expect(read(0, 10)).toBe("AAAAAxyzAA");
  const dropped = file.dropClean(1000);
  expect(dropped).toBeGreaterThan(0);
  expect(read(0, 10)).toBe("AAAAAxyzAA");
  expect(read(PAGE_SIZE, 1)).toBe("B");
});

test("a page that is replaced whole is not read first", () => {
  expect(write(0, "n".repeat(PAGE_SIZE))).toBe(PAGE_SIZE);
  expect(backing.loads).toBe(0);
  expect(read(0, 3)).toBe("nnn");
});

test("what was cut off does not come back when the file grows again", () => {
  file.truncate(PAGE_SIZE + 3);
  file.truncate(3 * PAGE_SIZE);
  expect(read(PAGE_SIZE, 6)).toBe("BBB\0\0\0");
  expect(read(2 * PAGE_SIZE, 2)).toBe("\0\0");
  expect(file.storedPages).toBe(2);
});

test("a hole stays a hole", () => {
  file.punchHole(PAGE_SIZE, 3 * PAGE_SIZE);
  expect(read(PAGE_SIZE - 1, 2)).toBe("A\0");
  expect(read(3 * PAGE_SIZE - 1, 2)).toBe("\0D");
  expect(file.seekData(PAGE_SIZE, true)).toBe(3 * PAGE_SIZE);
});

test("a medium that fails is an I/O error, and nothing is shown in its place", () => {
  backing.isBroken = true;
  const bytes = new Uint8Array(8);
  expect(file.read(VmWriter.from(bytes), 0)).toBe(-5);
  expect(file.dropClean(10)).toBe(0);
  backing.isBroken = false;
  expect(read(0, 2)).toBe("AA");
});
