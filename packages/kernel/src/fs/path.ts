// SPDX-License-Identifier: MPL-2.0

import type { Dentry } from "./dentry.ts";
import type { Inode } from "./inode.ts";
import type { Mount } from "./mount.ts";

/** A place in the tree of mounts: what a path name resolves to. Immutable. */
export class Path {
  readonly mount: Mount;
  readonly dentry: Dentry;

  constructor(mount: Mount, dentry: Dentry) {
    this.mount = mount;
    this.dentry = dentry;
  }

  get inode(): Inode {
    return this.dentry.inode;
  }

  equals(other: Path): boolean {
    return this.mount === other.mount && this.dentry === other.dentry;
  }
}
