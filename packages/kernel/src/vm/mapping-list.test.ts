// SPDX-License-Identifier: MPL-2.0

import { describe, expect, test } from "@jest/globals";
import { Mapping } from "./mapping.ts";
import { MappingList } from "./mapping-list.ts";

const PAGE = 4096;

function anonymous(firstPage: number, pages: number, protection = 3): Mapping {
  const start = firstPage * PAGE;
  return new Mapping({ start, end: start + pages * PAGE, protection, shared: false });
}

function ranges(list: MappingList): string {
  return [...list].map((m) => `${m.start / PAGE}-${m.end / PAGE}:${m.protection}`).join(" ");
}

describe("MappingList", () => {
  test("joins neighbours that are alike and keeps those that are not", () => {
    const list = new MappingList();
    list.insert(anonymous(10, 2));
    list.insert(anonymous(14, 1));
    list.insert(anonymous(12, 2));
    list.insert(anonymous(15, 1, 1));
    expect(ranges(list)).toBe("10-15:3 15-16:1");
  });

  test("finds the mapping of an address, and none in a hole", () => {
    const list = new MappingList();
    list.insert(anonymous(10, 2));
    list.insert(anonymous(20, 2));
    expect(list.find(12 * PAGE - 1)?.start).toBe(10 * PAGE);
    expect(list.find(12 * PAGE)).toBeUndefined();
    expect(list.find(20 * PAGE)?.start).toBe(20 * PAGE);
    expect(list.find(9 * PAGE)).toBeUndefined();
  });

  test("isolates a range by splitting at its borders", () => {
    const list = new MappingList();
    list.insert(anonymous(10, 10));
    const [middle, ...rest] = list.isolate(12 * PAGE, 15 * PAGE);
    expect(rest).toEqual([]);
    if (middle === undefined) throw new Error("nothing isolated");
    middle.protection = 0;
    expect(ranges(list)).toBe("10-12:3 12-15:0 15-20:3");
    middle.protection = 3;
    list.joinAround(12 * PAGE, 15 * PAGE);
    expect(ranges(list)).toBe("10-20:3");
  });

  test("says whether a range is covered without a hole", () => {
    const list = new MappingList();
    list.insert(anonymous(10, 2));
    list.insert(anonymous(12, 2, 1));
    expect(list.covers(10 * PAGE, 14 * PAGE)).toBe(true);
    expect(list.covers(10 * PAGE, 14 * PAGE + 1)).toBe(false);
    expect(list.covers(9 * PAGE, 11 * PAGE)).toBe(false);
  });

  test("finds the highest hole that is large enough", () => {
    const list = new MappingList();
    list.insert(anonymous(90, 5));
    list.insert(anonymous(80, 5));
    const find = (pages: number): number | undefined => {
      const found = list.findFreeBelow(100 * PAGE, 16 * PAGE, pages * PAGE);
      return found === undefined ? undefined : found / PAGE;
    };
    expect(find(5)).toBe(95);
    expect(find(6)).toBe(74);
    expect(find(64)).toBe(16);
    expect(find(65)).toBeUndefined();
  });

  test("a hole search that starts inside a mapping goes on below it", () => {
    const list = new MappingList();
    list.insert(anonymous(90, 20));
    expect(list.findFreeBelow(100 * PAGE, 0, PAGE)).toBe(89 * PAGE);
  });
});
