// SPDX-License-Identifier: MPL-2.0

import type { Inode } from "./inode.ts";
import type { Timestamp } from "./timestamp.ts";

/*
 * What changes in inodes when a name has gone or moved, for file systems that count links as Linux
 * does: a directory has 2 and one more for each directory in it. Times as in inode(7).
 */

/** `directory` got, lost or replaced a name. */
export function directoryChanged(directory: Inode, now: Timestamp): void {
  directory.mtime = now;
  directory.ctime = now;
}

/** A name of `inode`, which is no directory, went from `directory`. */
export function nameRemoved(directory: Inode, inode: Inode, now: Timestamp): void {
  inode.nlink--;
  inode.ctime = now;
  directoryChanged(directory, now);
  inode.dropIfUnused();
}

/** The empty directory `inode` went from `directory`. */
export function directoryRemoved(directory: Inode, inode: Inode, now: Timestamp): void {
  inode.nlink = 0;
  inode.ctime = now;
  directory.nlink--;
  directoryChanged(directory, now);
  inode.dropIfUnused();
}

/** The name of `inode` moved from one directory to another or the same, in place of `replaced`. */
export function nameMoved(
  from: Inode,
  to: Inode,
  inode: Inode,
  replaced: Inode | undefined,
  now: Timestamp,
): void {
  if (replaced !== undefined) {
    replaced.nlink = replaced.isDirectory ? 0 : replaced.nlink - 1;
    if (replaced.isDirectory) to.nlink--;
    replaced.ctime = now;
  }
  if (inode.isDirectory) {
    from.nlink--;
    to.nlink++;
  }
  inode.ctime = now;
  directoryChanged(to, now);
  directoryChanged(from, now);
  replaced?.dropIfUnused();
}

/** `inode` of `from` and `other` of `to` changed their names with each other. */
export function namesExchanged(
  from: Inode,
  to: Inode,
  inode: Inode,
  other: Inode,
  now: Timestamp,
): void {
  const moved = (inode.isDirectory ? 1 : 0) - (other.isDirectory ? 1 : 0);
  from.nlink -= moved;
  to.nlink += moved;
  inode.ctime = now;
  other.ctime = now;
  directoryChanged(to, now);
  directoryChanged(from, now);
}
