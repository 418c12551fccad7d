// SPDX-License-Identifier: MPL-2.0

/** Puts the blocks of a region into structured control flow: nested loops, and jumps by labels into them. */

import { type FunctionBuilder, type Label, type Local, type Value, i32 } from "../../wasm/index.ts";
import { type Item, type Loop, Membership, arrange } from "./order.ts";

/** Blocks that stand one behind the other: a loop's, or those of the whole region. */
interface Level {
  readonly header: number | undefined;
  /** The item that holds a block, for all blocks inside. */
  readonly itemOf: ReadonlyMap<number, Item>;
  /** The loop's own label. */
  readonly again: Label;
  /** Where each item starts, unless that has been passed. */
  readonly starts: Map<Item, Label>;
  /** Whether it looks at the label to come to a block inside. */
  readonly dispatches: boolean;
}

export class Structure {
  readonly #f: FunctionBuilder;
  /** The label to go to, or 0. */
  readonly #label: Local;
  readonly items: readonly Item[];
  readonly membership: Membership = new Membership();
  readonly #levels: Level[] = [];
  #labels: ReadonlyMap<number, number> = new Map();
  #emitBlock: (start: number, following: number | undefined) => void = () => {};

  constructor(
    f: FunctionBuilder,
    label: Local,
    nodes: readonly number[],
    successors: (node: number) => readonly number[],
  ) {
    this.#f = f;
    this.#label = label;
    this.items = arrange(nodes, successors);
  }

  /**
   * Emits all blocks by `emitBlock(start, following)`; control falls out of one into `following`, unless that is undefined. `again`
   * is the label of the loop around all, which dispatches.
   */
  emit(
    again: Label,
    labels: ReadonlyMap<number, number>,
    emitBlock: (start: number, following: number | undefined) => void,
  ): void {
    this.#labels = labels;
    this.#emitBlock = emitBlock;
    this.#level(this.items, undefined, again, true);
  }

  #level(
    items: readonly Item[],
    header: number | undefined,
    again: Label,
    dispatches: boolean,
  ): void {
    const f = this.#f;
    const itemOf = new Map<number, Item>();
    for (const item of items) {
      if (typeof item === "number") itemOf.set(item, item);
      else for (const member of this.membership.of(item)) itemOf.set(member, item);
    }
    const starts = new Map<Item, Label>();
    const level: Level = { header, itemOf, again, starts, dispatches };
    this.#levels.push(level);
    const nest = (i: number): void => {
      if (i < 0) {
        if (dispatches) this.#dispatch(level, items[0] as Item);
        return;
      }
      const item = items[i] as Item;
      f.block((label) => {
        starts.set(item, label);
        nest(i - 1);
      });
      starts.delete(item);
      this.#item(item, i + 1 < items.length ? firstOf(items[i + 1] as Item) : undefined);
    };
    nest(items.length - 1);
    this.#levels.pop();
  }

  #item(item: Item, following: number | undefined): void {
    const f = this.#f;
    if (typeof item === "number") {
      f.scope(() => this.#emitBlock(item, following));
      return;
    }
    f.loop((again) => this.#level(item.items, item.header, again, this.#hasLabels(item)));
  }

  #hasLabels(loop: Loop): boolean {
    for (const member of this.membership.of(loop)) {
      if (member !== loop.header && this.#labels.has(member)) return true;
    }
    return false;
  }

  #dispatch(level: Level, firstItem: Item): void {
    const f = this.#f;
    const outer = this.#levels.slice(0, -1).findLast(({ dispatches }) => dispatches);
    const first = level.starts.get(firstItem) as Label;
    const otherwise = outer?.again ?? first;
    const table: Label[] = [];
    for (const [offset, label] of this.#labels) {
      const item = level.itemOf.get(offset);
      table[label - 1] = item === undefined ? otherwise : (level.starts.get(item) as Label);
    }
    const jump = (): void => f.brTable(this.#label.sub(1), table, otherwise);
    if (level.header === undefined) jump();
    else f.if(this.#label, jump);
  }

  /** Goes to the block whose label is set. */
  goByLabel(): void {
    this.#f.br((this.#levels.findLast(({ dispatches }) => dispatches) as Level).again);
  }

  /** Goes to a block of the region. */
  branch(to: number): void {
    const f = this.#f;
    for (let i = this.#levels.length - 1; i >= 0; i--) {
      const level = this.#levels[i] as Level;
      const item = level.itemOf.get(to);
      if (item === undefined) continue;
      if (level.header === to) {
        f.br(level.again);
        return;
      }
      const start = level.starts.get(item);
      if (start === undefined) break;
      if (typeof item !== "number" && item.header !== to) {
        this.#f.set(this.#label, this.#numberOf(to));
      }
      f.br(start);
      return;
    }
    throw new Error(`no way to the block at ${to.toString(16)}`);
  }

  #numberOf(to: number): Value {
    const label = this.#labels.get(to);
    if (label === undefined) throw new Error(`the block at ${to.toString(16)} has no label`);
    return i32(label);
  }
}

function firstOf(item: Item): number {
  return typeof item === "number" ? item : item.header;
}
