// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { type Item, type Loop, Membership, arrange } from "./order.ts";

const graph =
  (edges: Readonly<Record<number, readonly number[]>>) =>
  (node: number): readonly number[] =>
    edges[node] ?? [];

function loopAt(items: readonly Item[], i: number): Loop {
  const item = items[i];
  if (item === undefined || typeof item === "number") throw new Error(`item ${i} is no loop`);
  return item;
}

test("blocks without loops stand in topological order", () => {
  const items = arrange([1, 2, 3, 4], graph({ 1: [3, 4], 3: [2], 4: [2] }));
  expect(items[0]).toBe(1);
  expect(items[3]).toBe(2);
});

test("a block that jumps to itself is a loop, and nested loops nest", () => {
  // 1 → 2 → 3 ⟲ → 2, 2 → 4
  const items = arrange([1, 2, 3, 4], graph({ 1: [2], 2: [3, 4], 3: [3, 2] }));
  expect(items[0]).toBe(1);
  const outer = loopAt(items, 1);
  expect(outer.header).toBe(2);
  expect(loopAt(outer.items, 1).header).toBe(3);
  expect(items[2]).toBe(4);
  expect([...new Membership().of(outer)].sort()).toEqual([2, 3]);
});

test("a loop that is entered in two places gets one of them as its head", () => {
  const items = arrange([1, 2, 3], graph({ 1: [2, 3], 2: [3], 3: [2] }));
  const loop = loopAt(items, 1);
  expect([2, 3]).toContain(loop.header);
  expect([...new Membership().of(loop)].sort()).toEqual([2, 3]);
});

test("offsets before the first page are blocks like others", () => {
  expect(arrange([-1, 4], graph({ 4: [-1] }))).toEqual([4, -1]);
});
