// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import type { Dentry } from "./dentry.ts";
import type { FileSystem } from "./file-system.ts";
import { Mount } from "./mount.ts";
import { Path } from "./path.ts";

/** All mounts of a system and how they hang together. */
export class MountTable {
  private nextId = 1;
  /** In the order in which they were mounted, as /proc/mounts lists them. */
  private mounts: Mount[] = [];

  /** Makes a mount that hangs nowhere yet. */
  create(fs: FileSystem, root: Dentry, source: string, flags: number): Mount {
    return new Mount(this.nextId++, fs, root, source, flags);
  }

  /** The mounts that hang in the tree, oldest first. */
  list(): readonly Mount[] {
    return this.mounts;
  }

  /** Makes `mount` the top of the tree. */
  setTop(mount: Mount): void {
    this.mounts.push(mount);
  }

  /** Whether path names lead to `mount`, rather than descriptors alone. */
  isInTree(mount: Mount): boolean {
    let top = mount;
    while (top.parent !== undefined) top = top.parent;
    return top === this.mounts[0];
  }

  /** Hangs `mount` at `at`. */
  attach(mount: Mount, at: Path): void {
    mount.parent = at.mount;
    mount.mountpoint = at.dentry;
    at.mount.children.push(mount);
    at.dentry.mounts ??= [];
    at.dentry.mounts.push(mount);
    this.mounts.push(mount);
  }

  /** Takes `mount`, which has no mounts on it, out of the tree. */
  detach(mount: Mount): void {
    const { parent, mountpoint } = mount;
    if (parent !== undefined) {
      remove(parent.children, mount);
    }
    if (mountpoint?.mounts !== undefined) {
      remove(mountpoint.mounts, mount);
      if (mountpoint.mounts.length === 0) {
        mountpoint.mounts = undefined;
      }
    }
    mount.parent = undefined;
    mount.mountpoint = undefined;
    remove(this.mounts, mount);
  }

  /** umount2(2) with MNT_DETACH: takes `mount` and all on it out of the tree. */
  detachTree(mount: Mount): void {
    for (const child of [...mount.children]) {
      this.detachTree(child);
    }
    this.detach(mount);
    mount.unmounted();
  }

  /** mount(2) with MS_MOVE. */
  move(mount: Mount, to: Path): Result {
    for (let at: Mount | undefined = to.mount; at !== undefined; at = at.parent) {
      if (at === mount) {
        return fail(Errno.ELOOP, "the target lies in the mount that is to move");
      }
    }
    this.detach(mount);
    this.attach(mount, to);
    return 0;
  }

  /** A copy of `from` at another place (MS_BIND), with the mounts on it where `recursive`. */
  bind(from: Path, to: Path, recursive: boolean): Mount {
    const copy = this.create(from.mount.fs, from.dentry, from.mount.source, from.mount.flags);
    const children = recursive ? [...from.mount.children] : [];
    this.attach(copy, to);
    for (const child of children) {
      const { mountpoint } = child;
      if (mountpoint !== undefined && child.isBindable && isBelow(mountpoint, from.dentry)) {
        this.bindChild(child, copy, mountpoint);
      }
    }
    return copy;
  }

  private bindChild(original: Mount, parent: Mount, mountpoint: Dentry): void {
    const copy = this.create(original.fs, original.root, original.source, original.flags);
    const children = [...original.children];
    this.attach(copy, new Path(parent, mountpoint));
    for (const child of children) {
      if (child.mountpoint !== undefined && child.isBindable) {
        this.bindChild(child, copy, child.mountpoint);
      }
    }
  }
}

/** Whether `dentry` is `ancestor` or lies below it in the same file system. */
export function isBelow(dentry: Dentry, ancestor: Dentry): boolean {
  for (let at: Dentry | undefined = dentry; at !== undefined; at = at.parent) {
    if (at === ancestor) {
      return true;
    }
  }
  return false;
}

function remove(list: Mount[], mount: Mount): void {
  const index = list.indexOf(mount);
  if (index >= 0) {
    list.splice(index, 1);
  }
}
