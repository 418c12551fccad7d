// SPDX-License-Identifier: MPL-2.0

import type { AsyncOwner } from "./async-owner.ts";
import type { FileTable } from "./file-table.ts";
import type { Inode } from "./inode.ts";
import { IN } from "./notify.ts";
import type { FileWatch } from "./notify.ts";

/** Events of fcntl(2), F_NOTIFY, and the bit that keeps a watch after the first of them. */
export const DN = {
  ACCESS: 1,
  MODIFY: 2,
  CREATE: 4,
  DELETE: 8,
  RENAME: 16,
  ATTRIB: 32,
  ALL: 63,
  MULTISHOT: 0x8000_0000,
} as const;

/** si_code and si_band of such a signal: POLL_MSG. */
const POLL_MSG = 3;
const BAND_MSG = 0x441;

/** What each event of inotify(7) is to a watch of a directory. */
const EVENTS: readonly (readonly [number, number])[] = [
  [IN.ACCESS, DN.ACCESS],
  [IN.MODIFY, DN.MODIFY],
  [IN.CREATE, DN.CREATE],
  [IN.MOVED_TO, DN.CREATE],
  [IN.DELETE, DN.DELETE],
  [IN.MOVED_FROM, DN.DELETE | DN.RENAME],
  [IN.ATTRIB, DN.ATTRIB],
];

/** A directory whose changes are told by signals (fcntl(2), F_NOTIFY). */
export class DirectoryWatch implements FileWatch {
  /** The descriptors through one of which it was set: closing any of them there ends it. */
  readonly table: FileTable;
  private readonly owner: AsyncOwner;
  private readonly inode: Inode;
  private readonly descriptor: number;
  private events = 0;

  constructor(table: FileTable, owner: AsyncOwner, inode: Inode, descriptor: number) {
    this.table = table;
    this.owner = owner;
    this.inode = inode;
    this.descriptor = descriptor;
    inode.watches ??= new Set();
    inode.watches.add(this);
    inode.fs.watches.add(this);
    inode.fs.vfs.watchCount++;
  }

  /** Further events, as F_NOTIFY adds them. */
  add(events: number): void {
    this.events = (this.events | events) >>> 0;
  }

  notify(mask: number): void {
    for (const [event, known] of EVENTS) {
      if ((mask & event) === 0 || (this.events & known) === 0) continue;
      this.owner.tell(POLL_MSG, BAND_MSG, this.descriptor);
      if ((this.events & DN.MULTISHOT) === 0) this.events &= ~known;
    }
  }

  remove(): void {
    const { inode } = this;
    inode.watches?.delete(this);
    inode.fs.watches.delete(this);
    if (inode.watches?.size === 0) inode.watches = undefined;
    inode.fs.vfs.watchCount--;
  }
}
