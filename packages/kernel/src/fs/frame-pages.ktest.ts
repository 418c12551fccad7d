// SPDX-License-Identifier: MPL-2.0

// On the machine's own RAM, where unit tests have arrays.

import { FrameAllocOptions, PAGE_SIZE, assert, memoryStatistics, panic } from "@aster/ostd";
import type { USegment } from "@aster/ostd";
import { ktest } from "@aster/ostd/ktest";
import { Errno } from "../abi/errno.ts";
import { FramePages, PageBudget } from "./frame-pages.ts";

function allocPages(count: number): USegment {
  return new FrameAllocOptions().allocSegment(count) ?? panic("out of memory");
}

function byteAt(file: FramePages, offset: number): number {
  using buffer = allocPages(1);
  assert(file.read(buffer.writer(0, 1), offset) === 1, "a byte is there");
  const bytes = new Uint8Array(1);
  buffer.readBytes(0, bytes, 0, 1);
  return bytes[0] ?? panic("a byte was read");
}

ktest("bytes_written_across_pages_are_read_back_and_holes_are_zeros", () => {
  const file = new FramePages(new PageBudget(Infinity));
  using source = allocPages(2);
  source.fill(0x5a);
  const start = 3 * PAGE_SIZE - 10;
  assert(file.write(source.reader(0, PAGE_SIZE + 20), start) === PAGE_SIZE + 20, "all is written");
  assert(file.size === start + PAGE_SIZE + 20, "the file ends behind them");
  assert(file.storedPages === 3, "three pages are touched, and the holes take none");
  assert(byteAt(file, start - 1) === 0, "the hole is zeros");
  assert(byteAt(file, start) === 0x5a, "the first byte is there");
  assert(byteAt(file, file.size - 1) === 0x5a, "so is the last");
  file.truncate(0);
});

ktest("a_truncated_file_gives_its_frames_back", () => {
  const before = memoryStatistics().free;
  const file = new FramePages(new PageBudget(Infinity));
  file.truncate(64 * PAGE_SIZE);
  assert(file.reserve(0, 64 * PAGE_SIZE) === 0, "there is memory for 64 pages");
  assert(memoryStatistics().free === before - 64, "they are taken from the machine");
  file.truncate(0);
  assert(memoryStatistics().free === before, "and given back");
});

ktest("a_full_budget_is_no_space", () => {
  const budget = new PageBudget(1);
  const file = new FramePages(budget);
  using source = allocPages(2);
  assert(file.write(source.reader(0, 2 * PAGE_SIZE), 0) === PAGE_SIZE, "one page is written");
  assert(file.write(source.reader(0, 1), PAGE_SIZE) === -Errno.ENOSPC, "and not one byte more");
  file.truncate(0);
  assert(budget.used === 0, "the budget has its page back");
});

ktest("reading_a_released_segment_panics", { shouldPanic: "after drop" }, () => {
  using segment = allocPages(1);
  segment.drop();
  segment.readBytes(0, new Uint8Array(1), 0, 1);
});
