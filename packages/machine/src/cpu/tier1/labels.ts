// SPDX-License-Identifier: MPL-2.0

import { type Block, type RegionCode, asksTick, isCall } from "./blocks.ts";
import { type Item, type Membership } from "./order.ts";

/** Labels have a byte. */
const MAX_LABELS = 255;

/**
 * Numbers, from 1, the blocks that are entered from outside, or by computed jumps, or where the tick may leave the region, or
 * through which a loop is entered elsewhere than at its head.
 */
export function chooseLabels(
  { blocks, entries }: RegionCode,
  items: readonly Item[],
  membership: Membership,
  predecessors: ReadonlyMap<number, readonly number[]>,
): Map<number, number> {
  const labels = new Map<number, number>();
  const add = (offset: number, needed = false): void => {
    if (!blocks.has(offset) || labels.has(offset)) return;
    if (needed || labels.size < MAX_LABELS) labels.set(offset, labels.size + 1);
  };
  const visit = (list: readonly Item[], act: (item: Exclude<Item, number>) => void): void => {
    for (const item of list) {
      if (typeof item === "number") continue;
      act(item);
      visit(item.items, act);
    }
  };
  // Without these there would be no way to some blocks.
  visit(items, (loop) => {
    for (const start of membership.of(loop)) {
      const from = predecessors.get(start) ?? [];
      if (start !== loop.header && from.some((p) => !membership.of(loop).has(p))) add(start, true);
    }
  });
  if (labels.size > MAX_LABELS) throw new Error("more labels than a region can have");
  entries.forEach((offset) => add(offset));
  for (const block of blocks.values()) for (const to of interrupted(block)) add(to);
  visit(items, ({ header }) => add(header));
  return labels;
}

/** Where a block goes on after asking the tick. */
function interrupted({ jump, end, codes }: Block): number[] {
  const last = codes.at(-1);
  if (last === undefined) return [];
  const found: number[] = [];
  if (jump !== undefined && jump.end !== "always" && asksTick(jump, jump.target)) {
    found.push(jump.target);
  }
  const goesOn = jump === undefined || jump.end === "conditional" || isCall(jump);
  if (goesOn && asksTick(last, end)) found.push(end);
  return found;
}
