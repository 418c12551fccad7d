// SPDX-License-Identifier: MPL-2.0

import {
  type FunctionBuilder,
  type Label,
  type Local,
  type Value,
  i32,
  i64,
} from "../../wasm/index.ts";
import {
  CODE_ENTRIES,
  ENTRY_TABLES,
  ENTRY_TABLE_SIZE,
  LINK_TAG,
  REGION_LABELS,
  REGION_LABELS_SIZE,
  REGION_PAGES,
  RIP,
  SPACE_CODE,
} from "../layout.ts";
import { PAGE_SIZE } from "./code.ts";

const state = i32(0);

/** Pages that a region may span: a bit for each says whether it has been checked. */
export const MAX_REGION_PAGES = 16;
/** How far, in pages, they may lie from the first one. */
export const MAX_PAGE_DISTANCE = 2000;

/** One page of a region. */
export interface RegionPage {
  /** Its code slot. */
  readonly slot: number;
  /** The number of its table of labels. */
  readonly table: number;
}

/**
 * The pages of a region while it is compiled. The first one is number 0, at distance 0. Before code of another page is
 * executed it is checked that this page is mapped where it was when the region was compiled. Once is enough until LINK_TAG changes; in a
 * region that may be entered at any address, once in each run.
 */
export class RegionPages {
  readonly #f: FunctionBuilder;
  readonly #space: Local;
  /** The virtual address of the first page, a constant unless the region may be entered at any. */
  readonly origin: Value;
  readonly #movable: Local | undefined;
  /** The bits of pages that have been checked: in memory where they hold for longer than a run of the region. */
  readonly #run: Local;
  readonly #slot: number;
  /** Pages by distance; the order is that of the numbers. */
  readonly #pages: ReadonlyMap<number, RegionPage>;
  readonly #numbers: ReadonlyMap<number, number>;

  constructor(
    f: FunctionBuilder,
    space: Local,
    pages: ReadonlyMap<number, RegionPage>,
    { origin, slot }: { readonly origin: bigint | undefined; readonly slot: number },
  ) {
    this.#f = f;
    this.#space = space;
    this.#pages = pages;
    this.#numbers = new Map([...pages.keys()].map((distance, i) => [distance, i]));
    this.#movable = origin === undefined ? f.local("i64") : undefined;
    this.origin = this.#movable ?? i64(origin ?? 0n);
    this.#slot = slot;
    this.#run = f.local("i32");
  }

  get #lasting(): number {
    return REGION_PAGES + 16 * this.#slot;
  }

  get #checked(): Value {
    return this.#movable === undefined ? i32(this.#lasting).load32(8) : this.#run;
  }

  #setChecked(bits: Value): void {
    if (this.#movable === undefined) this.#f.store(i32(this.#lasting), bits, 8);
    else this.#f.set(this.#run, bits);
  }

  get several(): boolean {
    return this.#pages.size > 1;
  }

  numberOf(distance: number): number {
    const number = this.#numbers.get(distance);
    if (number === undefined) throw new Error(`no page of the region lies at distance ${distance}`);
    return number;
  }

  /** At the region's start: it is entered in the page of that number and distance. */
  enter(number: Value, distance: Local): void {
    const f = this.#f;
    if (this.#movable !== undefined) {
      f.set(this.#movable, state.load64(RIP).and(-4096).sub(distance.extendS().shl(12)));
      if (this.several) f.set(this.#run, i32(1).shl(number));
    } else if (this.several) {
      const tag = f.let(state.load64(LINK_TAG));
      f.if(tag.ne(i32(this.#lasting).load64()), () => {
        f.store(i32(this.#lasting), tag);
        this.#setChecked(i32(1).shl(number));
      });
    }
  }

  /** Emits `otherwise`, which must not go on, for the case that the page at `distance` is not mapped there. */
  require(distance: number, otherwise: () => void): void {
    const f = this.#f;
    const bit = 1 << this.numberOf(distance);
    f.if(this.#checked.and(bit).eqz(), () => {
      f.scope(() => {
        const { constant } = this.origin;
        const page =
          constant === undefined
            ? f.let(this.origin.shrU(12).add(BigInt(distance)))
            : i64((constant >> 12n) + BigInt(distance));
        const slot = page.wrap().and(CODE_ENTRIES - 1);
        const isFixed = slot.constant !== undefined;
        const entry = isFixed ? this.#space : f.let(slot.shl(4).add(this.#space));
        const at = SPACE_CODE + (isFixed ? 16 * Number(slot.constant) : 0);
        const table = ENTRY_TABLES + ENTRY_TABLE_SIZE * this.#page(distance).slot;
        const right = entry
          .load64(at)
          .eq(page.add(1))
          .and(entry.load32(at + 8).eq(table));
        f.if(right.eqz(), otherwise);
        this.#setChecked(this.#checked.or(bit));
      });
    });
  }

  #page(distance: number): RegionPage {
    return this.#pages.get(distance) as RegionPage;
  }

  /** Sets `label` for a computed jump to `rip` where that is in the first page; else goes to `elsewhere`. */
  findInFirst(rip: Value, label: Local, elsewhere: Label): void {
    const f = this.#f;
    const offset = f.let(rip.sub(this.origin));
    f.brIf(elsewhere, offset.geU(BigInt(PAGE_SIZE)));
    if (this.several) this.require(0, () => f.br(elsewhere));
    f.set(label, this.#labelAt(0, offset.wrap()));
  }

  /** Sets `label` for a computed jump to `rip` where that is in a page that has been checked; else goes to `unknown`. */
  find(rip: Value, label: Local, unknown: Label): void {
    const f = this.#f;
    const offset = f.let(rip.sub(this.origin));
    // Regions span less than 2 GiB.
    const wide = f.let(offset.wrap());
    f.brIf(unknown, wide.extendS().ne(offset));
    const distance = f.let(wide.shrS(12));
    f.block((found) => {
      for (const page of this.#numbers.keys()) {
        f.if(distance.eq(page), () => {
          this.require(page, () => f.br(unknown));
          f.set(label, this.#labelAt(page, wide.and(PAGE_SIZE - 1)));
          f.br(found);
        });
      }
      f.br(unknown);
    });
  }

  #labelAt(distance: number, offset: Value): Value {
    return offset.load8u(REGION_LABELS + REGION_LABELS_SIZE * this.#page(distance).table);
  }
}
