// SPDX-License-Identifier: MPL-2.0

import type { Dentry } from "./dentry.ts";
import type { Inode } from "./inode.ts";
import type { Path } from "./path.ts";

/** Events of inotify(7). */
export const IN = {
  ACCESS: 0x1,
  MODIFY: 0x2,
  ATTRIB: 0x4,
  CLOSE_WRITE: 0x8,
  CLOSE_NOWRITE: 0x10,
  OPEN: 0x20,
  MOVED_FROM: 0x40,
  MOVED_TO: 0x80,
  CREATE: 0x100,
  DELETE: 0x200,
  DELETE_SELF: 0x400,
  MOVE_SELF: 0x800,
  ALL_EVENTS: 0xfff,
  UNMOUNT: 0x2000,
  Q_OVERFLOW: 0x4000,
  IGNORED: 0x8000,
  ISDIR: 0x4000_0000,
} as const;

/** Somebody who wants to know what happens to a file, or to what is in a directory. */
export interface FileWatch {
  /**
   * Something happened: `mask` is one of `IN`, with ISDIR where a directory is its subject.
   * `name` is the file's in the watched directory, and empty for the watched file itself.
   * `isUnlinked`: the file has no name any more.
   */
  notify(mask: number, cookie: number, name: string, isUnlinked: boolean): void;
}

/** Something happened to the file at `path`: it and its directory are told. */
export function notifyFile({ dentry }: Path, event: number): void {
  const { inode, parent } = dentry;
  if (inode.fs.vfs.watchCount === 0) return;
  const mask = event | directoryBit(inode);
  // As Linux since 6.17: what goes through FIFOs and devices is not for who watches their directory.
  const isKept = (event & (IN.ACCESS | IN.MODIFY)) !== 0 && !inode.isRegular && !inode.isDirectory;
  if (parent !== undefined && !isKept) tell(parent.inode, mask, 0, dentry.name, dentry.unlinked);
  tell(inode, mask, 0, "", false);
}

/** Something happened to a name in `directory`; `inode` is what it names. */
export function notifyName(
  directory: Dentry,
  name: string,
  inode: Inode,
  event: number,
  cookie = 0,
): void {
  if (inode.fs.vfs.watchCount === 0) return;
  tell(directory.inode, event | directoryBit(inode), cookie, name, false);
}

/** Something happened to a file, whatever its name: its directory is not told. */
export function notifyInode(inode: Inode, event: number): void {
  if (inode.fs.vfs.watchCount === 0) return;
  tell(inode, event | directoryBit(inode), 0, "", false);
}

function directoryBit(inode: Inode): number {
  return inode.isDirectory ? IN.ISDIR : 0;
}

function tell(inode: Inode, mask: number, cookie: number, name: string, isUnlinked: boolean): void {
  const { watches } = inode;
  if (watches === undefined) return;
  for (const watch of [...watches]) watch.notify(mask, cookie, name, isUnlinked);
}
