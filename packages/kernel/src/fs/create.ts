// SPDX-License-Identifier: MPL-2.0

import { IN, notifyName } from "./notify.ts";
import { Errno } from "../abi/errno.ts";
import { S } from "../abi/stat.ts";
import type { Credentials } from "../process/credentials.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { Capability } from "../security/capabilities.ts";
import type { Dentry } from "./dentry.ts";
import type { Inode, NewFile } from "./inode.ts";
import { MS } from "./mount.ts";
import type { Path } from "./path.ts";
import { checkPermission, MAY } from "./permission.ts";
import type { Vfs } from "./vfs.ts";
import { addDentry } from "./walker.ts";

/** Whether the mount of `path` and its file system may be written to: 0 or -EROFS. */
export function mayWriteMount(path: Path): Result {
  return (path.mount.flags & MS.RDONLY) !== 0 || path.mount.fs.readOnly
    ? fail(Errno.EROFS, "the file system is mounted read-only")
    : 0;
}

/** Whether the caller may make or remove names in `directory`. */
export function mayChangeDirectory(credentials: Credentials, directory: Path): Result {
  if (directory.inode.nlink === 0) {
    return fail(Errno.ENOENT, "the directory was removed");
  }
  const writable = mayWriteMount(directory);
  return writable < 0
    ? writable
    : checkPermission(credentials, directory.inode, MAY.WRITE | MAY.EXEC);
}

/**
 * Walks to the directory of a name that is to be made: the directory, or -EEXIST where the name
 * is taken. The name is in `vfs.walker.last`.
 */
export function resolveNewName(
  vfs: Vfs,
  thread: Thread,
  dirfd: number,
  pathname: string,
  isDirectory: boolean,
): Path | Result {
  const walked = vfs.resolveParent(thread, dirfd, pathname);
  if (walked < 0) {
    return walked;
  }
  const { walker } = vfs;
  const { last } = walker;
  if (last === "" || last === "." || last === "..") {
    return fail(Errno.EEXIST);
  }
  const found = walker.lookup(last);
  if (typeof found !== "number") {
    return fail(Errno.EEXIST);
  }
  if (found !== -Errno.ENOENT || !walker.dentry.inode.takesNames) {
    return found;
  }
  if (walker.trailingSlash && !isDirectory) {
    return fail(Errno.ENOENT, "a slash stands behind the name of what is no directory");
  }
  return walker.here();
}

/**
 * Owner and mode of a new file in `directory` (inode(7), umask(2)): with the set-group-ID bit the
 * directory gives its group, and directories inherit the bit.
 */
export function attributesForNew(
  thread: Thread,
  directory: Inode,
  mode: number,
  rdev: number,
): NewFile {
  const { credentials } = thread;
  let newMode = mode & ~thread.fs.umask;
  let gid = credentials.fsgid;
  if ((directory.mode & S.ISGID) !== 0) {
    ({ gid } = directory);
    if ((mode & S.IFMT) === S.IFDIR) {
      newMode |= S.ISGID;
    } else if (
      (newMode & (S.ISGID | 0o010)) === (S.ISGID | 0o010) &&
      !credentials.inGroup(gid) &&
      !credentials.has(Capability.FSETID)
    ) {
      newMode &= ~S.ISGID;
    }
  }
  return { mode: newMode, uid: credentials.fsuid, gid, rdev, directoryFlags: directory.fileFlags };
}

/** Makes the file `name`, which is free, in `directory`. `mode` has the type, and is before the umask. */
export function makeNode(
  thread: Thread,
  directory: Path,
  name: string,
  mode: number,
  rdev: number,
): Dentry | Result {
  const allowed = mayChangeDirectory(thread.credentials, directory);
  if (allowed < 0) {
    return allowed;
  }
  const { inode } = directory;
  const made = inode.create(name, attributesForNew(thread, inode, mode, rdev));
  if (typeof made === "number") return made;
  notifyName(directory.dentry, name, made, IN.CREATE);
  return addDentry(directory.dentry, name, made);
}

/** mkdir(2). */
export function makeDirectory(
  vfs: Vfs,
  thread: Thread,
  dirfd: number,
  pathname: string,
  mode: number,
): Result {
  const directory = resolveNewName(vfs, thread, dirfd, pathname, true);
  if (typeof directory === "number") {
    return directory;
  }
  const made = makeNode(thread, directory, vfs.walker.last, S.IFDIR | (mode & 0o1777), 0);
  return typeof made === "number" ? made : 0;
}

/** The type of what mknod(2) makes with `mode`, or an error. */
export function nodeType(mode: number): Result {
  const type = (mode & S.IFMT) === 0 ? S.IFREG : mode & S.IFMT;
  switch (type) {
    case S.IFREG:
    case S.IFIFO:
    case S.IFSOCK:
    case S.IFCHR:
    case S.IFBLK:
      return type;
    case S.IFDIR:
      return fail(Errno.EPERM, "directories are made by mkdir");
    default:
      return fail(Errno.EINVAL, "the file type is unknown");
  }
}

/** mknod(2); `mode` has a type that `nodeType` knows. */
export function makeSpecial(
  vfs: Vfs,
  thread: Thread,
  dirfd: number,
  pathname: string,
  mode: number,
  rdev: number,
): Result {
  const type = nodeType(mode);
  const isDevice = type === S.IFCHR || type === S.IFBLK;
  const directory = resolveNewName(vfs, thread, dirfd, pathname, false);
  if (typeof directory === "number") {
    return directory;
  }
  // The device 0 is a whiteout, which gives no access to anything.
  const isWhiteout = type === S.IFCHR && rdev === 0;
  if (isDevice && !isWhiteout && !thread.credentials.has(Capability.MKNOD)) {
    const allowed = mayChangeDirectory(thread.credentials, directory);
    if (allowed < 0) return allowed;
    return fail(Errno.EPERM, "device nodes need CAP_MKNOD");
  }
  const permissions = mode & S.PERMISSIONS;
  const made = makeNode(
    thread,
    directory,
    vfs.walker.last,
    type | permissions,
    isDevice ? rdev : 0,
  );
  return typeof made === "number" ? made : 0;
}

/** symlink(2). */
export function makeSymlink(
  vfs: Vfs,
  thread: Thread,
  target: string,
  dirfd: number,
  pathname: string,
): Result {
  if (target === "") {
    return fail(Errno.ENOENT, "a symbolic link needs a target");
  }
  const directory = resolveNewName(vfs, thread, dirfd, pathname, false);
  if (typeof directory === "number") {
    return directory;
  }
  const allowed = mayChangeDirectory(thread.credentials, directory);
  if (allowed < 0) {
    return allowed;
  }
  const name = vfs.walker.last;
  const { uid, gid } = attributesForNew(thread, directory.inode, S.IFLNK | 0o777, 0);
  const made = directory.inode.symlink(name, target, uid, gid);
  if (typeof made === "number") {
    return made;
  }
  addDentry(directory.dentry, name, made);
  notifyName(directory.dentry, name, made, IN.CREATE);
  return 0;
}
