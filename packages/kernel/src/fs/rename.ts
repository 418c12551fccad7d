// SPDX-License-Identifier: MPL-2.0

import { IN, notifyInode, notifyName } from "./notify.ts";
import { Errno } from "../abi/errno.ts";
import { S } from "../abi/stat.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { mayChangeDirectory, mayWriteMount } from "./create.ts";
import type { Dentry } from "./dentry.ts";
import { isBelow } from "./mount-table.ts";
import type { Path } from "./path.ts";
import { checkPermission, MAY } from "./permission.ts";
import { forget, mayRemove } from "./remove.ts";
import type { Inode } from "./inode.ts";
import { RamFs } from "./ramfs/ramfs.ts";
import type { Vfs } from "./vfs.ts";

/** Flags of renameat2(2). */
export const RENAME = { NOREPLACE: 1, EXCHANGE: 2, WHITEOUT: 4 } as const;

/** One side of a rename: the directory, and the name in it. */
interface Side {
  readonly directory: Path;
  readonly name: string;
  readonly trailingSlash: boolean;
}

function resolveSide(
  vfs: Vfs,
  thread: Thread,
  dirfd: number,
  pathname: string | Result,
): Side | Result {
  if (typeof pathname === "number") {
    return pathname;
  }
  const walked = vfs.resolveParent(thread, dirfd, pathname);
  if (walked < 0) {
    return walked;
  }
  const { walker } = vfs;
  return { directory: walker.here(), name: walker.last, trailingSlash: walker.trailingSlash };
}

/** Looks a name up in the directory of `side`; the walker's thread is the one that resolved it. */
function lookupSide(vfs: Vfs, side: Side): Dentry | Result {
  vfs.walker.mount = side.directory.mount;
  vfs.walker.dentry = side.directory.dentry;
  return vfs.walker.lookup(side.name);
}

function isSpecial(name: string): boolean {
  return name === "" || name === "." || name === "..";
}

/** Whether the flags of renameat2(2) are known, and do not exclude each other. */
export function checkRenameFlags(flags: number): Result {
  const isOneWay = (flags & (RENAME.NOREPLACE | RENAME.WHITEOUT)) !== 0;
  return flags > 7 || ((flags & RENAME.EXCHANGE) !== 0 && isOneWay)
    ? fail(Errno.EINVAL, "the flags are unknown or exclude each other")
    : 0;
}

/**
 * rename(2), renameat2(2), with flags that are checked. A new path name that could not be read is
 * told of when the old one is known to be right.
 */
export function rename(
  vfs: Vfs,
  thread: Thread,
  oldDirfd: number,
  oldPathname: string,
  newDirfd: number,
  newPathname: string | Result,
  flags: number,
): Result {
  const isExchange = (flags & RENAME.EXCHANGE) !== 0;
  const leavesWhiteout = (flags & RENAME.WHITEOUT) !== 0;
  const from = resolveSide(vfs, thread, oldDirfd, oldPathname);
  if (typeof from === "number") {
    return from;
  }
  const to = resolveSide(vfs, thread, newDirfd, newPathname);
  if (typeof to === "number") {
    return to;
  }
  if (from.directory.mount !== to.directory.mount) {
    return fail(Errno.EXDEV, "the names lie on different mounts");
  }
  if (isSpecial(from.name)) {
    return fail(Errno.EBUSY);
  }
  if (isSpecial(to.name)) {
    return fail((flags & RENAME.NOREPLACE) !== 0 ? Errno.EEXIST : Errno.EBUSY);
  }
  if (leavesWhiteout && !(from.directory.mount.fs instanceof RamFs)) {
    return fail(Errno.EINVAL, "the file system has no whiteouts");
  }
  const writable = mayWriteMount(from.directory);
  if (writable < 0) {
    return writable;
  }
  const old = lookupSide(vfs, from);
  if (typeof old === "number") {
    return old;
  }
  const found = lookupSide(vfs, to);
  if (typeof found === "number" && found !== -Errno.ENOENT) {
    return found;
  }
  const target = typeof found === "number" ? undefined : found;
  const checked = checkShapes(from, to, old, target, flags);
  if (checked < 0) {
    return checked;
  }
  if (target !== undefined && target.inode === old.inode) {
    // rename(2): two names of one file stay as they are.
    return 0;
  }
  const allowed = mayRename(thread, from, to, old, target, isExchange);
  if (allowed < 0) {
    return allowed;
  }
  // Held, so that its watchers hear of its end last.
  if (target !== undefined) target.inode.openCount++;
  const renamed = from.directory.inode.rename(
    from.name,
    old.inode,
    to.directory.inode,
    to.name,
    target?.inode,
    isExchange,
  );
  if (renamed >= 0) {
    moveDentries(from, to, old, target, isExchange);
    notifyMove(vfs, from, to, old.inode);
    if (target !== undefined) {
      if (isExchange) notifyMove(vfs, to, from, target.inode);
      else notifyInode(target.inode, IN.ATTRIB);
    }
    if (leavesWhiteout) {
      // What overlays know as a deleted name: a character device with the number 0.
      from.directory.inode.create(from.name, { mode: S.IFCHR, uid: 0, gid: 0, rdev: 0 });
    }
    notifyInode(old.inode, IN.MOVE_SELF);
    if (isExchange && target !== undefined) notifyInode(target.inode, IN.MOVE_SELF);
  }
  if (target !== undefined) {
    target.inode.openCount--;
    target.inode.dropIfUnused();
  }
  return renamed;
}

/** Both directories are told, with a number that joins the two events. */
function notifyMove(vfs: Vfs, from: Side, to: Side, inode: Inode): void {
  if (vfs.watchCount === 0) return;
  vfs.moveCookie++;
  notifyName(from.directory.dentry, from.name, inode, IN.MOVED_FROM, vfs.moveCookie);
  notifyName(to.directory.dentry, to.name, inode, IN.MOVED_TO, vfs.moveCookie);
}

function checkShapes(
  from: Side,
  to: Side,
  old: Dentry,
  target: Dentry | undefined,
  flags: number,
): Result {
  const isExchange = (flags & RENAME.EXCHANGE) !== 0;
  if (target !== undefined && (flags & RENAME.NOREPLACE) !== 0) {
    return fail(Errno.EEXIST);
  }
  if (isExchange) {
    if (target === undefined) {
      return fail(Errno.ENOENT);
    }
    if (!target.inode.isDirectory && to.trailingSlash) {
      return fail(Errno.ENOTDIR);
    }
  }
  if (!old.inode.isDirectory && (from.trailingSlash || (to.trailingSlash && !isExchange))) {
    return fail(Errno.ENOTDIR, "a slash stands behind the name of what is no directory");
  }
  if (isBelow(to.directory.dentry, old)) {
    return fail(Errno.EINVAL, "a directory can not be moved into itself");
  }
  if (target !== undefined && isBelow(from.directory.dentry, target)) {
    return fail(isExchange ? Errno.EINVAL : Errno.ENOTEMPTY);
  }
  return 0;
}

function mayRename(
  thread: Thread,
  from: Side,
  to: Side,
  old: Dentry,
  target: Dentry | undefined,
  isExchange: boolean,
): Result {
  const { credentials } = thread;
  const leave = mayRemove(credentials, from.directory, old.inode);
  if (leave < 0) {
    return leave;
  }
  const enter =
    target === undefined
      ? mayChangeDirectory(credentials, to.directory)
      : mayRemove(credentials, to.directory, target.inode);
  if (enter < 0) {
    return enter;
  }
  if (target !== undefined && !isExchange) {
    if (old.inode.isDirectory && !target.inode.isDirectory) {
      return fail(Errno.ENOTDIR);
    }
    if (!old.inode.isDirectory && target.inode.isDirectory) {
      return fail(Errno.EISDIR);
    }
  }
  if (from.directory.dentry !== to.directory.dentry) {
    // A directory that moves gets another "..": that writes to it.
    for (const moved of [old, isExchange ? target : undefined]) {
      const permitted =
        moved?.inode.isDirectory === true
          ? checkPermission(credentials, moved.inode, MAY.WRITE)
          : 0;
      if (permitted < 0) {
        return permitted;
      }
    }
  }
  if (old.mounts !== undefined || target?.mounts !== undefined) {
    return fail(Errno.EBUSY, "something is mounted on one of the names");
  }
  return 0;
}

function moveDentries(
  from: Side,
  to: Side,
  old: Dentry,
  target: Dentry | undefined,
  isExchange: boolean,
): void {
  const oldParent = from.directory.dentry;
  const newParent = to.directory.dentry;
  oldParent.children?.delete(from.name);
  if (target !== undefined) {
    if (isExchange) {
      target.name = from.name;
      target.parent = oldParent;
      oldParent.children?.set(from.name, target);
    } else {
      forget(newParent, target);
    }
  }
  old.name = to.name;
  old.parent = newParent;
  newParent.children ??= new Map();
  newParent.children.set(to.name, old);
}
