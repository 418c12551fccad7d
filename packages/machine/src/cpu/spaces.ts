// SPDX-License-Identifier: MPL-2.0

import {
  CODE_ENTRIES,
  ENTRY_TABLES,
  ENTRY_TABLE_SIZE,
  HIGH_ENTRIES,
  HOPS,
  HOP_ENTRIES,
  LARGE_PAGES,
  LINKS,
  LINK_ENTRIES,
  LINK_SPACE_BITS,
  LINK_TAG,
  LINK_TAG_SHIFT,
  MAX_REGIONS,
  MAX_SPACES,
  REGION_PAGES,
  ROOT,
  SPACE,
  SPACES,
  SPACE_CODE,
  SPACE_DIRTY,
  SPACE_HIGH_READ,
  SPACE_HIGH_USED,
  SPACE_HIGH_WRITE,
  SPACE_READ,
  SPACE_STRIDE,
  SPACE_WRITE,
  WRITABLE_PAGES,
} from "./layout.ts";

/** Parts of 4 MiB that the low 4 GiB have, and bytes of a direct table that describe one. */
const PARTS = 1024;
const PART_TABLE_SIZE = 4096;
const FOUR_GIB = 0x1_0000_0000;
/** Bits that a generation has: those of LINK_TAG above the address space. */
const GENERATIONS = 2 ** (64 - LINK_TAG_SHIFT - LINK_SPACE_BITS);

/**
 * The cached translations of several address spaces. Switching between them costs nothing; beyond MAX_SPACES the
 * least recently used one is forgotten.
 */
export class Spaces {
  readonly #bytes: Uint8Array;
  readonly #words: Int32Array;
  readonly #ramPages: number;
  readonly #roots = new Float64Array(MAX_SPACES).fill(-1);
  readonly #used = new Float64Array(MAX_SPACES);
  readonly #byRoot = new Map<number, number>();
  #clock = 0;
  #generation = 0;

  constructor(bytes: Uint8Array, words: Int32Array, ramPages: number) {
    this.#bytes = bytes;
    this.#words = words;
    this.#ramPages = ramPages;
  }

  /** Makes the address space with this page-table root current. */
  select(root: number): void {
    let index = this.#byRoot.get(root);
    if (index === undefined) {
      index = 0;
      for (let i = 1; i < MAX_SPACES; i++) {
        if ((this.#used[i] ?? 0) < (this.#used[index] ?? 0)) index = i;
      }
      this.#forget(index);
      this.#roots[index] = root;
      this.#byRoot.set(root, index);
    }
    this.#used[index] = ++this.#clock;
    this.#words[SPACE >> 2] = SPACES + SPACE_STRIDE * index;
    this.#words[ROOT >> 2] = root;
    this.#setTag();
  }

  /** Forgets the translations of one page (of 2 MiB around it, once large pages have been seen). */
  invalidatePage(root: number, address: number): void {
    const index = this.#byRoot.get(root);
    if (index === undefined) return;
    const base = SPACES + SPACE_STRIDE * index;
    if (this.#words[LARGE_PAGES >> 2] !== 0) {
      const start = address - (address % 0x20_0000);
      for (let i = 0; i < 512; i++) this.#invalidate(base, start + 4096 * i);
    } else {
      this.#invalidate(base, address);
    }
  }

  #invalidate(base: number, address: number): void {
    const page = Math.floor(address / 4096);
    const words = this.#words;
    if (address < FOUR_GIB) {
      words[(base + SPACE_READ + 4 * page) >> 2] = 0;
      words[(base + SPACE_WRITE + 4 * page) >> 2] = 0;
    } else {
      const slot = 16 * (page % HIGH_ENTRIES);
      words.fill(
        0,
        (base + SPACE_HIGH_READ + slot) >> 2,
        (base + SPACE_HIGH_READ + slot + 16) >> 2,
      );
      words.fill(
        0,
        (base + SPACE_HIGH_WRITE + slot) >> 2,
        (base + SPACE_HIGH_WRITE + slot + 16) >> 2,
      );
    }
    const code = (base + SPACE_CODE + 16 * (page % CODE_ENTRIES)) >> 2;
    const tag = page + 1;
    if (words[code] !== (tag | 0) || words[code + 1] !== Math.floor(tag / FOUR_GIB)) return;
    words[code] = 0;
    words[code + 1] = 0;
    this.codeChanged();
  }

  /** What is known of the ways between regions holds no more. */
  codeChanged(): void {
    this.#generation = (this.#generation + 1) % GENERATIONS;
    if (this.#generation === 0) {
      this.#bytes.fill(0, HOPS, HOPS + 16 * HOP_ENTRIES);
      this.#bytes.fill(0, LINKS, LINKS + 16 * LINK_ENTRIES);
      this.#bytes.fill(0, REGION_PAGES, REGION_PAGES + 16 * MAX_REGIONS);
    }
    this.#setTag();
  }

  #setTag(): void {
    const index = ((this.#words[SPACE >> 2] ?? 0) - SPACES) / SPACE_STRIDE;
    const tag = (this.#generation << LINK_SPACE_BITS) | index;
    this.#words[(LINK_TAG >> 2) + 1] = tag << (LINK_TAG_SHIFT - 32);
  }

  /** Forgets all translations of the address space `root`. */
  invalidate(root: number): void {
    const index = this.#byRoot.get(root);
    if (index === undefined) return;
    const base = SPACES + SPACE_STRIDE * index;
    this.#clear(base);
    if (this.#words[SPACE >> 2] === base) return;
    this.#byRoot.delete(root);
    this.#roots[index] = -1;
    this.#used[index] = 0;
  }

  #forget(index: number): void {
    const root = this.#roots[index] ?? -1;
    if (root < 0) return;
    this.#clear(SPACES + SPACE_STRIDE * index);
    this.#byRoot.delete(root);
    this.#roots[index] = -1;
  }

  #clear(base: number): void {
    const bytes = this.#bytes;
    for (let part = 0; part < PARTS; part++) {
      if (bytes[base + SPACE_DIRTY + part] === 0) continue;
      bytes[base + SPACE_DIRTY + part] = 0;
      const at = base + PART_TABLE_SIZE * part;
      bytes.fill(0, at + SPACE_READ, at + SPACE_READ + PART_TABLE_SIZE);
      bytes.fill(0, at + SPACE_WRITE, at + SPACE_WRITE + PART_TABLE_SIZE);
    }
    if (bytes[base + SPACE_HIGH_USED] !== 0) {
      bytes[base + SPACE_HIGH_USED] = 0;
      bytes.fill(0, base + SPACE_HIGH_READ, base + SPACE_HIGH_READ + 2 * 16 * HIGH_ENTRIES);
    }
    this.#clearCode(base);
  }

  #clearCode(base: number): void {
    this.#bytes.fill(0, base + SPACE_CODE, base + SPACE_CODE + 16 * CODE_ENTRIES);
    this.codeChanged();
  }

  /** Forgets in which pages code stands, in all address spaces. */
  clearAllCode(): void {
    for (let i = 0; i < MAX_SPACES; i++) {
      if ((this.#roots[i] ?? -1) >= 0) this.#clearCode(SPACES + SPACE_STRIDE * i);
    }
  }

  /** Makes every next write look whether its page holds code, in all address spaces. */
  protectAll(): void {
    const bytes = this.#bytes;
    for (let i = 0; i < MAX_SPACES; i++) {
      if ((this.#roots[i] ?? -1) < 0) continue;
      const base = SPACES + SPACE_STRIDE * i;
      for (let part = 0; part < PARTS; part++) {
        if (bytes[base + SPACE_DIRTY + part] === 0) continue;
        const at = base + SPACE_WRITE + PART_TABLE_SIZE * part;
        bytes.fill(0, at, at + PART_TABLE_SIZE);
      }
      bytes.fill(0, base + SPACE_HIGH_WRITE, base + SPACE_HIGH_WRITE + 16 * HIGH_ENTRIES);
    }
    bytes.fill(0, WRITABLE_PAGES, WRITABLE_PAGES + this.#ramPages);
  }

  /** The code slot of the page of rip in the current address space, or -1 where it is not known. */
  codeSlotAt(ripLow: number, ripHigh: number): number {
    const low = ((ripLow >>> 12) | (ripHigh << 20)) >>> 0;
    const tag = low + 1;
    const at = ((this.#words[SPACE >> 2] ?? 0) + SPACE_CODE + 16 * (low % CODE_ENTRIES)) >> 2;
    const high = (ripHigh >>> 12) + (tag === FOUR_GIB ? 1 : 0);
    if (this.#words[at] !== (tag | 0) || this.#words[at + 1] !== high) return -1;
    return ((this.#words[at + 2] ?? 0) - ENTRY_TABLES) / ENTRY_TABLE_SIZE;
  }

  /** The same for the page that lies so many pages from that of rip, both in the lower half. */
  codeSlotNear(ripLow: number, ripHigh: number, pages: number): number {
    const page = ripHigh * 0x10_0000 + (ripLow >>> 12) + pages;
    if (page < 0 || page >= 2 ** 35) return -1;
    return this.codeSlotAt((page % 0x10_0000) << 12, Math.floor(page / 0x10_0000));
  }

  /** Notes, in the current address space, which code slot the page of rip has. */
  setCodePage(ripLow: number, ripHigh: number, slot: number): void {
    // The tag is the virtual page number + 1, so that an empty entry matches no page.
    const low = ((ripLow >>> 12) | (ripHigh << 20)) >>> 0;
    const tag = low + 1;
    const at = ((this.#words[SPACE >> 2] ?? 0) + SPACE_CODE + 16 * (low % CODE_ENTRIES)) >> 2;
    const high = (ripHigh >>> 12) + (tag === FOUR_GIB ? 1 : 0);
    const table = ENTRY_TABLES + ENTRY_TABLE_SIZE * slot;
    const words = this.#words;
    if (words[at] === (tag | 0) && words[at + 1] === high && words[at + 2] === table) return;
    // Ways into pages that are not in this table would not be forgotten with their pages.
    if (words[at] !== 0 || words[at + 1] !== 0) this.codeChanged();
    words[at] = tag | 0;
    words[at + 1] = high;
    words[at + 2] = table;
  }
}
