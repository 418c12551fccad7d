// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { AT_FDCWD } from "../abi/fcntl.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { MS, PER_MOUNT_FLAGS } from "./mount.ts";
import type { Mount } from "./mount.ts";
import { Path } from "./path.ts";
import type { Vfs } from "./vfs.ts";

/** The flags that a mount keeps: relatime unless another way of access times was asked for. */
function keptFlags(mountFlags: number): number {
  const kept = mountFlags & PER_MOUNT_FLAGS;
  const isOther = (mountFlags & (MS.NOATIME | MS.STRICTATIME)) !== 0;
  return isOther ? kept & ~MS.RELATIME : kept | MS.RELATIME;
}

/** A file system of its own kind at `place`. */
export function newMount(
  vfs: Vfs,
  thread: Thread,
  source: string,
  place: Path,
  type: string,
  mountFlags: number,
  options: string,
): Result {
  if (!place.inode.isDirectory) {
    return fail(Errno.ENOTDIR);
  }
  const readOnly = (mountFlags & MS.RDONLY) !== 0;
  const made = vfs.createFileSystem(type, source, options, { thread, readOnly });
  if (typeof made === "number") {
    return made;
  }
  // What can only be read stays so, whatever the flags.
  made.readOnly ||= readOnly;
  vfs.mount(made, place, source === "" ? "none" : source, keptFlags(mountFlags));
  return 0;
}

/** MS_BIND: a part of the tree at a second place. */
export function bindMount(
  vfs: Vfs,
  thread: Thread,
  source: string,
  place: Path,
  mountFlags: number,
): Result {
  const from = vfs.resolve(thread, AT_FDCWD, source, 0);
  if (typeof from === "number") {
    return from;
  }
  if (!from.mount.isBindable || !vfs.mounts.isInTree(from.mount)) {
    return fail(Errno.EINVAL, "the mount is unbindable, or in no tree");
  }
  if (from.inode.isDirectory !== place.inode.isDirectory) {
    return fail(Errno.ENOTDIR, "a file is bound to a file, a directory to a directory");
  }
  vfs.mounts.bind(from, place, (mountFlags & MS.REC) !== 0);
  return 0;
}

/** MS_REMOUNT: other flags and options for a mount that is there. */
export function remount(place: Path, mountFlags: number, options: string): Result {
  const { mount } = place;
  if (place.dentry !== mount.root) {
    return fail(Errno.EINVAL, "not a mount point");
  }
  const { fs } = mount;
  const isBind = (mountFlags & MS.BIND) !== 0;
  const readOnly = (mountFlags & MS.RDONLY) !== 0;
  if (readOnly && (isBind ? mount.isBeingWritten : fs.writers > 0)) {
    return fail(Errno.EBUSY, "files are open for writing");
  }
  if (!isBind) {
    const changed = fs.remount(options, readOnly);
    if (changed < 0) {
      return changed;
    }
    fs.readOnly = readOnly;
  }
  mount.flags = keptFlags(mountFlags);
  return 0;
}

const PROPAGATION_TYPES: readonly number[] = [MS.SHARED, MS.PRIVATE, MS.SLAVE, MS.UNBINDABLE];

/** A mount is private, or unbindable. A slave without a master is private; nothing is shared. */
export function changePropagation(place: Path, mountFlags: number): Result {
  const { mount } = place;
  if (place.dentry !== mount.root) {
    return fail(Errno.EINVAL, "not a mount point");
  }
  const type = mountFlags & ~(MS.REC | MS.SILENT);
  if (!PROPAGATION_TYPES.some((known) => known === type)) {
    return fail(Errno.EINVAL, "one kind of propagation is set, and nothing beside it");
  }
  if (type === MS.SHARED) {
    return fail(Errno.EINVAL, "mounts do not propagate");
  }
  setBindable(mount, type !== MS.UNBINDABLE, (mountFlags & MS.REC) !== 0);
  return 0;
}

function setBindable(mount: Mount, isBindable: boolean, recursive: boolean): void {
  mount.isBindable = isBindable;
  if (!recursive) return;
  for (const child of mount.children) setBindable(child, isBindable, true);
}

/** MS_MOVE. */
export function moveMount(vfs: Vfs, thread: Thread, source: string, place: Path): Result {
  const from = vfs.resolve(thread, AT_FDCWD, source, 0);
  if (typeof from === "number") {
    return from;
  }
  if (from.dentry !== from.mount.root || from.mount.parent === undefined) {
    return fail(Errno.EINVAL, "the source is no mount point");
  }
  if (from.inode.isDirectory !== place.inode.isDirectory) {
    return fail(Errno.ENOTDIR);
  }
  return vfs.mounts.move(from.mount, place);
}

const MNT = { FORCE: 1, DETACH: 2, EXPIRE: 4 } as const;

/** umount2(2), once the place and the privilege are known. */
export function unmount(vfs: Vfs, place: Path, umountFlags: number): Result {
  const { mount } = place;
  if (place.dentry !== mount.root || mount.parent === undefined) {
    return fail(Errno.EINVAL, "not a mount point");
  }
  const expires = (umountFlags & MNT.EXPIRE) !== 0;
  if (expires && (umountFlags & (MNT.FORCE | MNT.DETACH)) !== 0) {
    return fail(Errno.EINVAL, "MNT_EXPIRE stands alone");
  }
  if ((umountFlags & MNT.DETACH) !== 0) {
    const synced = mount.fs.sync();
    vfs.mounts.detachTree(mount);
    return synced;
  }
  if (mount.isInUse || mount.children.length > 0) {
    return fail(Errno.EBUSY, "files of the mount are in use");
  }
  if (expires) {
    // The path that this call was given led into it once; any other use takes the mark away.
    const isMarked = mount.expiryMark === mount.crossings - 1;
    mount.expiryMark = mount.crossings;
    if (!isMarked) return fail(Errno.EAGAIN, "the mount is marked now");
  }
  vfs.mounts.detach(mount);
  mount.unmounted();
  return 0;
}

/** pivot_root(2): `newRoot` becomes the top of the tree, the old top hangs at `putOld`. */
export function pivotRoot(vfs: Vfs, thread: Thread, newRoot: Path, putOld: Path): Result {
  const oldRoot = thread.fs.root;
  if (!newRoot.inode.isDirectory || !putOld.inode.isDirectory) {
    return fail(Errno.ENOTDIR);
  }
  const isMountPoint = newRoot.dentry === newRoot.mount.root && newRoot.mount.parent !== undefined;
  const isOldMountPoint =
    oldRoot.dentry === oldRoot.mount.root && oldRoot.mount.parent !== undefined;
  if (!isMountPoint || !isOldMountPoint) {
    // pivot_root(2): in particular rootfs, where the initramfs is, can not be pivoted away.
    return fail(Errno.EINVAL, "a root is no mount point, or is rootfs");
  }
  if (newRoot.mount === oldRoot.mount || putOld.mount === oldRoot.mount) {
    return fail(Errno.EBUSY, "the new root or put_old is on the current root mount");
  }
  if (vfs.pathNameBelow(putOld, newRoot) === undefined) {
    return fail(Errno.EINVAL, "put_old does not lie below the new root");
  }
  const { mounts } = vfs;
  const { parent, mountpoint } = oldRoot.mount;
  if (parent === undefined || mountpoint === undefined) {
    return fail(Errno.EINVAL);
  }
  mounts.detach(newRoot.mount);
  mounts.detach(oldRoot.mount);
  mounts.attach(newRoot.mount, new Path(parent, mountpoint));
  mounts.attach(oldRoot.mount, putOld);
  const top = new Path(newRoot.mount, newRoot.mount.root);
  for (const other of thread.kernel.processes.threads.values()) {
    if (other.fs.root.equals(oldRoot)) {
      other.fs.root = top;
    }
    if (other.fs.cwd.equals(oldRoot)) {
      other.fs.cwd = top;
    }
  }
  return 0;
}
