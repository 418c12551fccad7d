// SPDX-License-Identifier: MPL-2.0

import { type FunctionBuilder, type Label, type Local, i32 } from "../../wasm/index.ts";
import { CODE_ENTRIES, ENTRY_TABLES, ENTRY_TABLE_SIZE, PAGE, SPACE_CODE } from "../layout.ts";

const state = i32(0);

/** Pages that a region may span: a bit for each says whether it has been checked. */
export const MAX_REGION_PAGES = 16;
/** How far, in pages, they may lie from the first one. */
export const MAX_PAGE_DISTANCE = 2000;

/**
 * The pages of a region while it is compiled. The first one is number 0, at distance 0. Before code of another page is
 * executed it is checked that this page is mapped where it was when the region was compiled; once in
 * each run of the region is enough, as mappings do not change meanwhile.
 */
export class RegionPages {
  readonly #f: FunctionBuilder;
  readonly #space: Local;
  /** The virtual address of the first page. */
  readonly origin: Local;
  readonly #checked: Local;
  /** Code slots by distance; the order is that of the numbers. */
  readonly #slots: ReadonlyMap<number, number>;
  readonly #numbers: ReadonlyMap<number, number>;

  constructor(f: FunctionBuilder, space: Local, slots: ReadonlyMap<number, number>) {
    this.#f = f;
    this.#space = space;
    this.#slots = slots;
    this.#numbers = new Map([...slots.keys()].map((distance, i) => [distance, i]));
    this.origin = f.local("i64");
    this.#checked = f.local("i32");
  }

  get several(): boolean {
    return this.#slots.size > 1;
  }

  numberOf(distance: number): number {
    const number = this.#numbers.get(distance);
    if (number === undefined) throw new Error(`no page of the region lies at distance ${distance}`);
    return number;
  }

  /** At the region's start: it is entered in the page of that number and distance. */
  enter(number: Local, distance: Local): void {
    const f = this.#f;
    f.set(this.origin, state.load64(PAGE).sub(distance.extendS().shl(12)));
    if (this.several) f.set(this.#checked, i32(1).shl(number));
  }

  /** Emits `otherwise`, which must not go on, for the case that the page at `distance` is not mapped there. */
  require(distance: number, otherwise: () => void): void {
    const f = this.#f;
    const bit = 1 << this.numberOf(distance);
    f.if(this.#checked.and(bit).eqz(), () => {
      f.scope(() => {
        const page = f.let(this.origin.shrU(12).add(BigInt(distance)));
        const entry = f.let(
          page
            .wrap()
            .and(CODE_ENTRIES - 1)
            .shl(4)
            .add(this.#space),
        );
        const table = ENTRY_TABLES + ENTRY_TABLE_SIZE * (this.#slots.get(distance) as number);
        const right = entry
          .load64(SPACE_CODE)
          .eq(page.add(1))
          .and(entry.load32(SPACE_CODE + 8).eq(table));
        f.if(right.eqz(), otherwise);
        f.set(this.#checked, this.#checked.or(bit));
      });
    });
  }

  /** Goes to `unknown` unless the first page has been checked. */
  unlessFirst(unknown: Label): void {
    if (this.several) this.#f.brIf(unknown, this.#checked.and(1).eqz());
  }

  /** Code of the page with that number has been looked up where it is mapped now. */
  noteChecked(number: Local): void {
    this.#f.set(this.#checked, this.#checked.or(i32(1).shl(number)));
  }
}
