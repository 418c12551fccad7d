// SPDX-License-Identifier: MPL-2.0

import { FrameKind } from "../../../mm/frames.unsafe.ts";
import type { Frames } from "../../../mm/frames.unsafe.ts";
import { PAGE_SIZE } from "../../../mm/page.ts";
import type { Ram } from "../../../mm/ram.unsafe.ts";

const TWO_32 = 0x1_0000_0000;
const ENTRIES = 512;
const PRESENT = 1;

/** Rights of a page in the devices' address space. */
export const DeviceRight = { READ: 1, WRITE: 2 } as const;

/**
 * The page table of the devices (VT-d 3.7), each page at its own physical address.
 *
 * SAFETY: all tables are typed frames of their own. Tables that became empty stay: there are at
 * most as many as RAM has 2 MiB regions, and a device never reaches one.
 */
export class DeviceTable {
  readonly root: number;
  readonly #frames: Frames;
  readonly #ram: Ram;
  readonly #levels: number;

  /** `root` is a zeroed typed frame; `levels` is 3 or 4. */
  constructor(frames: Frames, ram: Ram, root: number, levels: number) {
    this.#frames = frames;
    this.#ram = ram;
    this.#levels = levels;
    this.root = root;
  }

  /** The address of the entry for `pfn`, with the tables on the way; -1 when memory is out. */
  entryOf(pfn: number): number {
    let table = this.root;
    for (let level = this.#levels - 1; level > 0; level--) {
      const at = table + (Math.floor(pfn / ENTRIES ** level) % ENTRIES) * 8;
      const low = this.#ram.readEntry(at);
      if ((low & PRESENT) !== 0) {
        table = (this.#ram.readEntry(at + 4) & 0xf_ffff) * TWO_32 + ((low & ~0xfff) >>> 0);
        continue;
      }
      const frame = this.#frames.alloc(1, FrameKind.DEVICE_TABLE, true);
      if (frame < 0) {
        return -1;
      }
      table = frame * PAGE_SIZE;
      this.#write(at, table, DeviceRight.READ | DeviceRight.WRITE);
    }
    return table + (pfn % ENTRIES) * 8;
  }

  /** Sets the rights of the page in `entry`; 0 takes it away. */
  set(entry: number, pfn: number, rights: number): void {
    this.#write(entry, rights === 0 ? 0 : pfn * PAGE_SIZE, rights);
  }

  #write(at: number, address: number, rights: number): void {
    const low = address % TWO_32;
    // Never half of a new entry with the rights of the old one.
    this.#ram.writeEntry(at, 0);
    this.#ram.writeEntry(at + 4, (address - low) / TWO_32);
    this.#ram.writeEntry(at, (low | rights) >>> 0);
  }
}
