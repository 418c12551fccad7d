// SPDX-License-Identifier: MPL-2.0

/** Pages whose translation is kept; a power of two. */
const ENTRIES = 512;

/**
 * Translations of user pages that the kernel itself used lately: one cache for all address
 * spaces of a system. Entries belong to an owner number. A page table takes a new number when it
 * takes rights away, which forgets all its entries at once.
 */
export class TranslationCache {
  readonly #pages: Float64Array = new Float64Array(ENTRIES);
  readonly #frames: Float64Array = new Float64Array(ENTRIES);
  /** Who may read the page through this entry; and who may write it (it is dirty already). */
  readonly #readers: Float64Array = new Float64Array(ENTRIES);
  readonly #writers: Float64Array = new Float64Array(ENTRIES);
  #lastOwner = 0;

  /** A number that nobody has had: numbers below 2^53 do not run out. */
  newOwner(): number {
    this.#lastOwner += 1;
    return this.#lastOwner;
  }

  /** The physical address behind `address`, or -1 when it is not known. Any number may be asked for. */
  lookup(owner: number, address: number, write: boolean): number {
    const slot = (address >>> 12) & (ENTRIES - 1);
    const offset = address & 0xfff;
    const owners = write ? this.#writers : this.#readers;
    return owners[slot] === owner && this.#pages[slot] === address - offset
      ? (this.#frames[slot] ?? 0) + offset
      : -1;
  }

  /** Remembers that the page of `address` is at `frame`, readable and perhaps writable. */
  enter(owner: number, address: number, frame: number, writable: boolean): void {
    const slot = (address >>> 12) & (ENTRIES - 1);
    this.#pages[slot] = address - (address & 0xfff);
    this.#frames[slot] = frame;
    this.#readers[slot] = owner;
    this.#writers[slot] = writable ? owner : 0;
  }
}
