// SPDX-License-Identifier: MPL-2.0

import { IN, notifyFile } from "./notify.ts";
import { isAppendOnly } from "./inode-flags.ts";
import { Errno } from "../abi/errno.ts";
import { CREATION_FLAGS, O } from "../abi/fcntl.ts";
import { S } from "../abi/stat.ts";
import type { Thread } from "../process/thread.ts";
import { BLOCKED, fail } from "../result.ts";
import type { Result } from "../result.ts";
import { attributesForNew, makeNode, mayWriteMount } from "./create.ts";
import { finishOpening, openFifo } from "./fifo.ts";
import type { OpenFile } from "./file.ts";
import { breakLeases } from "./locks/lease.ts";
import { MS } from "./mount.ts";
import type { Inode } from "./inode.ts";
import { Path } from "./path.ts";
import { PathFile } from "./path-file.ts";
import { checkPermission, isOwnerOrCapable, MAY } from "./permission.ts";
import type { Vfs } from "./vfs.ts";
import { dropPrivileges } from "./xattr.ts";

/** The flags that O_PATH leaves in effect (open(2)). */
const PATH_FLAGS = O.DIRECTORY | O.NOFOLLOW | O.PATH | O.CLOEXEC;
const TMPFILE_BIT = O.TMPFILE & ~O.DIRECTORY;

/** Whether the flags of open(2) agree with each other: 0 or -EINVAL. */
export function checkOpenFlags(flags: number): Result {
  if ((flags & TMPFILE_BIT) !== 0) {
    return (flags & O.DIRECTORY) === 0 || (flags & O.CREAT) !== 0 || (flags & O.ACCMODE) === 0
      ? fail(Errno.EINVAL, "O_TMPFILE needs O_WRONLY or O_RDWR, and no O_CREAT")
      : 0;
  }
  return (flags & O.CREAT) !== 0 && (flags & O.DIRECTORY) !== 0
    ? fail(Errno.EINVAL, "O_CREAT and O_DIRECTORY exclude each other")
    : 0;
}

/** The flags that count: with O_PATH most do not (open(2)). */
export function openFlagsInEffect(flags: number): number {
  return (flags & O.PATH) !== 0 ? flags & PATH_FLAGS : flags;
}

/** open(2), openat2(2) with its `resolveFlags`; flags that agree, and a `mode` before the umask. */
export function openFile(
  vfs: Vfs,
  thread: Thread,
  dirfd: number,
  pathname: string,
  flags: number,
  mode: number,
  resolveFlags: number,
): OpenFile | Result {
  const waited = finishOpening(thread);
  if (waited !== undefined) {
    return typeof waited === "number" ? waited : waited.notifyOpen();
  }
  if ((flags & TMPFILE_BIT) !== 0) {
    return openTemporary(vfs, thread, dirfd, pathname, flags, mode, resolveFlags);
  }
  if (pathname === "") {
    return fail(Errno.ENOENT, "the path name is empty");
  }
  const { walker } = vfs;
  const begun = walker.begin(thread, dirfd, pathname, resolveFlags);
  const walked = begun < 0 ? begun : walker.toParent(pathname);
  if (walked < 0) {
    return walked;
  }
  const isNew = (flags & O.CREAT) === 0 ? toExisting(vfs, flags) : toMade(vfs, thread, flags, mode);
  if (isNew < 0) {
    return isNew;
  }
  const file = openAt(thread, walker.here(), flags, isNew === 1);
  if (typeof file === "number") return file;
  if (isNew === 1) file.wasCreated = true;
  return file.notifyOpen();
}

function toExisting(vfs: Vfs, flags: number): Result {
  return vfs.walker.toLast((flags & O.NOFOLLOW) === 0);
}

/** O_CREAT: walks to the file, or makes it: 1 when it was made, 0 when it was there. */
function toMade(vfs: Vfs, thread: Thread, flags: number, mode: number): Result {
  const { walker } = vfs;
  for (;;) {
    const { last } = walker;
    const isExclusive = (flags & O.EXCL) !== 0;
    if (last === "" || last === "." || last === "..") {
      const stepped = last === "" ? 0 : walker.step(last);
      return stepped < 0 ? stepped : fail(isExclusive ? Errno.EEXIST : Errno.EISDIR);
    }
    if (walker.trailingSlash) {
      return fail(Errno.EISDIR, "a regular file has no slash behind its name");
    }
    const directory = walker.here();
    const stepped = walker.step(last);
    if (stepped === -Errno.ENOENT) {
      const made = makeNode(thread, directory, last, S.IFREG | (mode & S.PERMISSIONS), 0);
      if (typeof made === "number") {
        return made;
      }
      walker.dentry = made;
      return 1;
    }
    if (stepped < 0) {
      return stepped;
    }
    if (isExclusive) {
      return fail(Errno.EEXIST);
    }
    const { inode } = walker.dentry;
    if (!inode.isSymlink || (flags & O.NOFOLLOW) !== 0) {
      if (inode.isDirectory) return fail(Errno.EISDIR);
      if (isAbandoned(thread, directory.inode, inode)) {
        return fail(Errno.EACCES, "another user's special file in a sticky directory");
      }
      return inode.isSymlink ? fail(Errno.ELOOP, "the last component is a symbolic link") : 0;
    }
    const continued = walker.continueAtLink();
    if (continued < 0) {
      return continued;
    }
    if (continued === 0) {
      return walker.dentry.inode.isDirectory ? fail(Errno.EISDIR) : 0;
    }
  }
}

/** O_CREAT meets what anybody may have left in a directory for all: may_create_in_sticky of Linux. */
function isAbandoned({ credentials }: Thread, directory: Inode, inode: Inode): boolean {
  const forAll = S.ISVTX | 0o002;
  return (
    (directory.mode & forAll) === forAll &&
    !(inode.isRegular || inode.isDirectory || inode.type === S.IFIFO) &&
    inode.uid !== directory.uid &&
    inode.uid !== credentials.fsuid
  );
}

/** Opens what the walk has found: may_open of Linux, then the kind of file itself. */
export function openAt(
  thread: Thread,
  path: Path,
  flags: number,
  isNew: boolean,
): OpenFile | Result {
  const file = openKind(thread, path, flags, isNew);
  if (typeof file === "number" || (flags & (O.DIRECT | O.PATH)) !== O.DIRECT) {
    return file;
  }
  if (path.inode.takesDirect) return file;
  file.release();
  return fail(Errno.EINVAL, "the file has no input and output past the page cache");
}

function openKind(thread: Thread, path: Path, flags: number, isNew: boolean): OpenFile | Result {
  const { inode } = path;
  if ((flags & O.DIRECTORY) !== 0 && !inode.isDirectory) {
    return fail(Errno.ENOTDIR);
  }
  if ((flags & O.PATH) !== 0) {
    return new PathFile(path, flags & PATH_FLAGS & ~O.CLOEXEC);
  }
  if (inode.isSymlink) {
    return fail(Errno.ELOOP, "the last component is a symbolic link");
  }
  const allowed = isNew ? 0 : mayOpen(thread, path, flags);
  if (allowed < 0) {
    return allowed;
  }
  if (inode.leases !== undefined) {
    const writes = (flags & (O.ACCMODE | O.TRUNC)) !== 0;
    const free = breakLeases(thread, inode, writes, (flags & O.NONBLOCK) !== 0);
    if (free < 0 || free === BLOCKED) return free;
  }
  const statusFlags = (flags & ~CREATION_FLAGS) | O.LARGEFILE;
  switch (inode.type) {
    case S.IFREG:
      return openRegular(thread, path, flags, statusFlags, isNew);
    case S.IFIFO:
      return openFifo(thread, path, statusFlags);
    case S.IFCHR:
    case S.IFBLK: {
      const kind = inode.type === S.IFCHR ? "char" : "block";
      const name = path.mount.fs.vfs.pathName(path);
      return thread.kernel.devices.open(kind, inode.rdev, {
        thread,
        location: path,
        flags,
        path: name,
      });
    }
    case S.IFSOCK:
      return fail(Errno.ENXIO, "a socket is connected to, not opened");
    default:
      return inode.open(thread, path, statusFlags);
  }
}

function mayOpen(thread: Thread, path: Path, flags: number): Result {
  const { inode, mount } = path;
  const wanted = accessWanted(flags);
  if (inode.isDirectory && (wanted & MAY.WRITE) !== 0) {
    return fail(Errno.EISDIR);
  }
  const isDevice = inode.type === S.IFCHR || inode.type === S.IFBLK;
  if (isDevice && (mount.flags & MS.NODEV) !== 0) {
    return fail(Errno.EACCES, "the mount does not allow devices");
  }
  if ((wanted & MAY.WRITE) !== 0 && (inode.isRegular || inode.isDirectory)) {
    const writable = mayWriteMount(path);
    if (writable < 0) {
      return writable;
    }
  }
  const permitted = checkPermission(thread.credentials, inode, wanted);
  if (permitted < 0) {
    return permitted;
  }
  if (isAppendOnly(inode)) {
    const overwrites = (flags & O.ACCMODE) !== O.RDONLY && (flags & O.APPEND) === 0;
    if (overwrites || (flags & O.TRUNC) !== 0) {
      return fail(Errno.EPERM, "the file may only be appended to");
    }
  }
  if ((flags & O.NOATIME) !== 0 && !isOwnerOrCapable(thread.credentials, inode)) {
    return fail(Errno.EPERM, "O_NOATIME is for the owner of the file");
  }
  return 0;
}

/** The access mode 3 checks both permissions and gives neither (open(2)). */
function accessWanted(flags: number): number {
  const mode = flags & O.ACCMODE;
  const reading = mode === O.WRONLY ? 0 : MAY.READ;
  const writing = mode === O.RDONLY && (flags & O.TRUNC) === 0 ? 0 : MAY.WRITE;
  return reading | writing;
}

function openRegular(
  thread: Thread,
  path: Path,
  flags: number,
  statusFlags: number,
  isNew: boolean,
): OpenFile | Result {
  const { inode } = path;
  const writes = (flags & O.ACCMODE) !== O.RDONLY;
  if (inode.writeCount < 0 && (writes || (flags & O.TRUNC) !== 0)) {
    return fail(Errno.ETXTBSY, "the file is being executed");
  }
  const file = inode.open(thread, path, statusFlags);
  if (typeof file === "number") {
    return file;
  }
  if ((flags & O.TRUNC) !== 0 && !isNew) {
    file.notifyOpen();
    const truncated = truncateAtOpen(thread, path);
    if (truncated < 0) {
      file.release();
      return truncated;
    }
  }
  return file;
}

function truncateAtOpen(thread: Thread, path: Path): Result {
  const { inode } = path;
  dropPrivileges(thread, inode);
  const now = inode.fs.now();
  inode.mtime = now;
  inode.ctime = now;
  const truncated = inode.truncate(0);
  notifyFile(path, IN.MODIFY);
  return truncated;
}

function openTemporary(
  vfs: Vfs,
  thread: Thread,
  dirfd: number,
  pathname: string,
  flags: number,
  mode: number,
  resolveFlags: number,
): OpenFile | Result {
  const { walker } = vfs;
  const begun = walker.begin(thread, dirfd, pathname, resolveFlags);
  const parent = begun < 0 ? begun : walker.toParent(pathname);
  const walked = parent < 0 ? parent : toExisting(vfs, flags);
  if (walked < 0) {
    return walked;
  }
  const directory = walker.here();
  if (!directory.inode.isDirectory) {
    return fail(Errno.ENOTDIR);
  }
  const writable = mayWriteMount(directory);
  const permitted =
    writable < 0
      ? writable
      : checkPermission(thread.credentials, directory.inode, MAY.WRITE | MAY.EXEC);
  if (permitted < 0) {
    return permitted;
  }
  const inode = directory.inode.tmpfile(
    attributesForNew(thread, directory.inode, S.IFREG | (mode & S.PERMISSIONS), 0),
  );
  if (typeof inode === "number") {
    return inode;
  }
  inode.isLinkable = (flags & O.EXCL) === 0;
  const dentry = directory.dentry.newUnlinked(`#${inode.ino}`, inode);
  return inode.open(thread, new Path(directory.mount, dentry), flags & ~CREATION_FLAGS);
}

/** execve(2): see `Vfs.openExecutable`. */
export function openExecutable(
  vfs: Vfs,
  thread: Thread,
  dirfd: number,
  pathname: string,
  flags: number,
): OpenFile | Result {
  const path = vfs.resolve(thread, dirfd, pathname, flags);
  if (typeof path === "number") {
    return path;
  }
  const { inode, mount } = path;
  if (inode.isSymlink) {
    return fail(Errno.ELOOP, "the last component is a symbolic link");
  }
  if (!inode.isRegular || (mount.flags & MS.NOEXEC) !== 0) {
    return fail(Errno.EACCES, "not a regular file on a mount that allows execution");
  }
  const permitted = checkPermission(thread.credentials, inode, MAY.EXEC);
  if (permitted < 0) {
    return permitted;
  }
  if (inode.writeCount > 0) {
    return fail(Errno.ETXTBSY, "the file is open for writing");
  }
  const file = inode.open(thread, path, O.RDONLY | O.LARGEFILE);
  if (typeof file !== "number") {
    file.denyWrites();
    file.notifyOpen();
  }
  return file;
}
