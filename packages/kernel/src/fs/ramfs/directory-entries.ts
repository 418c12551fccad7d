// SPDX-License-Identifier: MPL-2.0

import type { RamInode } from "./inode.ts";

/** A name in a directory. */
export class DirectoryEntry {
  readonly name: string;
  inode: RamInode;
  /** Position for getdents64(2): rises with each entry made in the directory, never reused. */
  readonly cookie: number;
  removed = false;

  constructor(name: string, inode: RamInode, cookie: number) {
    this.name = name;
    this.inode = inode;
    this.cookie = cookie;
  }
}

/** Positions 0 and 1 are "." and "..". */
const FIRST_COOKIE = 2;

/**
 * The entries of one directory, by name and in the order in which they were made. A reader's
 * position stays true while entries come and go.
 */
export class DirectoryEntries {
  private readonly byName: Map<string, DirectoryEntry> = new Map();
  /** Ascending cookies; removed entries stay until half of the list is gone. */
  private order: DirectoryEntry[] = [];
  private nextCookie = FIRST_COOKIE;

  get count(): number {
    return this.byName.size;
  }

  get(name: string): RamInode | undefined {
    return this.byName.get(name)?.inode;
  }

  /** Adds a name that is not there. */
  add(name: string, inode: RamInode): void {
    const entry = new DirectoryEntry(name, inode, this.nextCookie++);
    this.byName.set(name, entry);
    this.order.push(entry);
  }

  /** Makes a name that is there lead to another inode. */
  replace(name: string, inode: RamInode): void {
    const entry = this.byName.get(name);
    if (entry !== undefined) {
      entry.inode = inode;
    }
  }

  remove(name: string): void {
    const entry = this.byName.get(name);
    if (entry === undefined) {
      return;
    }
    this.byName.delete(name);
    entry.removed = true;
    if (this.order.length > 16 && this.order.length > 2 * this.byName.size) {
      this.order = this.order.filter((kept) => !kept.removed);
    }
  }

  /** Index in `entriesInOrder` of the first entry at or after the position `cookie`. */
  indexOf(cookie: number): number {
    let low = 0;
    let high = this.order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = this.order[middle];
      if (entry !== undefined && entry.cookie < cookie) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** All entries with ascending positions; skip the removed ones. */
  get entriesInOrder(): readonly DirectoryEntry[] {
    return this.order;
  }
}
