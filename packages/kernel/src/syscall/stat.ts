// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { AT, AT_FDCWD } from "../abi/fcntl.ts";
import { StatLayout } from "../abi/file-layout.ts";
import { set32, set64 } from "../abi/layout.ts";
import type { Path } from "../fs/path.ts";
import type { Stat } from "../fs/stat.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { dirfd, fd, flags, path, structOut } from "./args.ts";
import { StatAtNames } from "./at-flags.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { among } from "./scml.ts";
import { readPath } from "./read-path.ts";

/** Writes struct stat to user memory. */
function copyOut(thread: Thread, stat: Stat, address: number): Result {
  const { bytes, view } = thread.kernel.vfs.scratch;
  bytes.fill(0, 0, StatLayout.size);
  set64(view, StatLayout.dev, stat.dev);
  set64(view, StatLayout.ino, stat.ino);
  set64(view, StatLayout.nlink, stat.nlink);
  set32(view, StatLayout.mode, stat.mode);
  set32(view, StatLayout.uid, stat.uid);
  set32(view, StatLayout.gid, stat.gid);
  set64(view, StatLayout.rdev, stat.rdev);
  set64(view, StatLayout.fileSize, stat.size);
  set64(view, StatLayout.blksize, stat.blockSize);
  set64(view, StatLayout.blocks, stat.blocks);
  set64(view, StatLayout.atime, stat.atime.seconds);
  set64(view, StatLayout.atimeNsec, stat.atime.nanoseconds);
  set64(view, StatLayout.mtime, stat.mtime.seconds);
  set64(view, StatLayout.mtimeNsec, stat.mtime.nanoseconds);
  set64(view, StatLayout.ctime, stat.ctime.seconds);
  set64(view, StatLayout.ctimeNsec, stat.ctime.nanoseconds);
  const { size } = StatLayout;
  return thread.memory.writeBytes(address, bytes, 0, size) < size ? fail(Errno.EFAULT) : 0;
}

/** Fills `vfs.stat` from a descriptor. */
export function statDescriptor(thread: Thread, fileDescriptor: number): Result {
  const file = thread.files.get(fileDescriptor);
  if (file === undefined) return fail(Errno.EBADF);
  const { stat: out, anonymousInode } = thread.kernel.vfs;
  tellMount(out, file.location, (file.attributePlace ?? anonymousInode).mount.id);
  return file.stat(out);
}

/** Fills `vfs.stat` from a path name; with AT_EMPTY_PATH it may be empty or (since 6.11) NULL. */
export function statPath(
  thread: Thread,
  directory: number,
  pathAddress: number,
  atFlags: number,
): Result {
  const allowEmpty = (atFlags & AT.EMPTY_PATH) !== 0;
  const pathname = allowEmpty && pathAddress === 0 ? "" : readPath(thread, pathAddress, allowEmpty);
  if (typeof pathname === "number") {
    return pathname;
  }
  if (pathname === "" && directory !== AT_FDCWD) {
    return statDescriptor(thread, directory);
  }
  const { vfs } = thread.kernel;
  const place = vfs.resolve(thread, directory, pathname, atFlags);
  if (typeof place === "number") return place;
  tellMount(vfs.stat, place, 0);
  return place.inode.stat(vfs.stat);
}

function tellMount(out: Stat, place: Path | undefined, otherwise: number): void {
  out.fileFlags = 0;
  out.visibleFlags = 0;
  out.mountId = place?.mount.id ?? otherwise;
  out.isMountRoot = place !== undefined && place.dentry === place.mount.root;
}

function statTo(
  thread: Thread,
  directory: number,
  pathAddress: number,
  address: number,
  atFlags: number,
): Result {
  const found = statPath(thread, directory, pathAddress, atFlags);
  return found < 0 ? found : copyOut(thread, thread.kernel.vfs.stat, address);
}

/** stat(2). */
export const stat: Syscall = defineSyscall({
  name: "stat",
  number: { x86_64: 4 },
  args: [path(), structOut("statbuf", "stat")],
  support: "full",
  handler: (thread, pathAddress, address) => statTo(thread, AT_FDCWD, pathAddress, address, 0),
});

/** fstat(2). */
export const fstat: Syscall = defineSyscall({
  name: "fstat",
  number: { x86_64: 5 },
  args: [fd(), structOut("statbuf", "stat")],
  support: "full",
  handler(thread, fileDescriptor, address) {
    const found = statDescriptor(thread, fileDescriptor);
    return found < 0 ? found : copyOut(thread, thread.kernel.vfs.stat, address);
  },
});

/** lstat(2). */
export const lstat: Syscall = defineSyscall({
  name: "lstat",
  number: { x86_64: 6 },
  args: [path(), structOut("statbuf", "stat")],
  support: "full",
  handler: (thread, pathAddress, address) =>
    statTo(thread, AT_FDCWD, pathAddress, address, AT.SYMLINK_NOFOLLOW),
});

/** fstatat(2), under the name of its system call. */
export const newfstatat: Syscall = defineSyscall({
  name: "newfstatat",
  number: { x86_64: 262 },
  args: [dirfd(), path(), structOut("statbuf", "stat"), flags("flags", StatAtNames)],
  scml: [{ flags: among(StatAtNames, "AT_STATX_FORCE_SYNC", "AT_STATX_DONT_SYNC") }],
  support: "full",
  handler(thread, directory, pathAddress, address, atFlags) {
    const known = AT.SYMLINK_NOFOLLOW | AT.NO_AUTOMOUNT | AT.EMPTY_PATH;
    return (atFlags & ~known) !== 0
      ? fail(Errno.EINVAL, "a flag is unknown")
      : statTo(thread, directory, pathAddress, address, atFlags);
  },
});
