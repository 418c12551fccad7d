// SPDX-License-Identifier: MPL-2.0

import type { Inode } from "./inode.ts";
import type { Mount } from "./mount.ts";

/**
 * A name in a directory, as the path walk has met it. Directories have exactly one dentry, so the
 * chain of parents tells the path of a working directory; a rename moves the dentry.
 */
export class Dentry {
  /** Byte string; empty for the root of a file system. */
  name: string;
  /** Undefined for the root of a file system. */
  parent: Dentry | undefined;
  readonly inode: Inode;
  /** Names met so far, where the file system lets them be kept. */
  children: Map<string, Dentry> | undefined = undefined;
  /** What is mounted here, in any mount of this file system; the newest last. */
  mounts: Mount[] | undefined = undefined;
  /** The name was removed; /proc/PID/fd shows " (deleted)". */
  unlinked = false;

  constructor(name: string, parent: Dentry | undefined, inode: Inode) {
    this.name = name;
    this.parent = parent;
    this.inode = inode;
  }

  /** A dentry of a file without a name, made in this directory (O_TMPFILE). */
  newUnlinked(name: string, inode: Inode): Dentry {
    const dentry = new Dentry(name, this, inode);
    dentry.unlinked = true;
    return dentry;
  }

  /** The mount that covers this dentry as seen in `mount`, or undefined. */
  mountedIn(mount: Mount): Mount | undefined {
    const mounts = this.mounts;
    if (mounts === undefined) {
      return undefined;
    }
    for (let i = mounts.length - 1; i >= 0; i--) {
      const candidate = mounts[i];
      if (candidate !== undefined && candidate.parent === mount) {
        return candidate;
      }
    }
    return undefined;
  }
}
