// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { AT, AT_FDCWD, O } from "../abi/fcntl.ts";
import { installOpened } from "../fs/descriptor.ts";
import { IN } from "../fs/notify.ts";
import { checkPermission, MAY } from "../fs/permission.ts";
import { IN_EXCL_UNLINK, IN_ONESHOT, InotifyFile } from "../ipc/event/inotify.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { fd, flags, int, path } from "./args.ts";
import type { Names } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { readPath } from "./read-path.ts";

const IN_CLOEXEC: number = O.CLOEXEC;
const IN_NONBLOCK: number = O.NONBLOCK;
const IN_ONLYDIR = 0x0100_0000;
const IN_DONT_FOLLOW = 0x0200_0000;
const IN_MASK_CREATE = 0x1000_0000;
const IN_MASK_ADD = 0x2000_0000;

const MaskNames: Names = {
  IN_ACCESS: IN.ACCESS,
  IN_MODIFY: IN.MODIFY,
  IN_ATTRIB: IN.ATTRIB,
  IN_CLOSE_WRITE: IN.CLOSE_WRITE,
  IN_CLOSE_NOWRITE: IN.CLOSE_NOWRITE,
  IN_OPEN: IN.OPEN,
  IN_MOVED_FROM: IN.MOVED_FROM,
  IN_MOVED_TO: IN.MOVED_TO,
  IN_CREATE: IN.CREATE,
  IN_DELETE: IN.DELETE,
  IN_DELETE_SELF: IN.DELETE_SELF,
  IN_MOVE_SELF: IN.MOVE_SELF,
  IN_ONLYDIR,
  IN_DONT_FOLLOW,
  IN_EXCL_UNLINK,
  IN_MASK_CREATE,
  IN_MASK_ADD,
  IN_ONESHOT,
};
/** All bits that Linux knows, those of events that only the kernel sends among them. */
const KNOWN_BITS =
  IN.ALL_EVENTS |
  IN.UNMOUNT |
  IN.Q_OVERFLOW |
  IN.IGNORED |
  IN.ISDIR |
  IN_ONLYDIR |
  IN_DONT_FOLLOW |
  IN_EXCL_UNLINK |
  IN_MASK_CREATE |
  IN_MASK_ADD |
  IN_ONESHOT;
const KEPT_BITS = IN.ALL_EVENTS | IN_EXCL_UNLINK | IN_ONESHOT;

function create(thread: Thread, initFlags: number): Result {
  if ((initFlags & ~(IN_CLOEXEC | IN_NONBLOCK)) !== 0) return fail(Errno.EINVAL);
  return installOpened(thread, new InotifyFile(thread.kernel, initFlags & IN_NONBLOCK), initFlags);
}

/** inotify_init(2). */
export const inotify_init: Syscall = defineSyscall({
  name: "inotify_init",
  number: { x86_64: 253 },
  args: [],
  support: "full",
  handler: (thread) => create(thread, 0),
});

/** inotify_init1(2). */
export const inotify_init1: Syscall = defineSyscall({
  name: "inotify_init1",
  number: { x86_64: 294 },
  args: [flags("flags", { IN_NONBLOCK, IN_CLOEXEC })],
  support: "full",
  handler: create,
});

/** inotify_add_watch(2). */
export const inotify_add_watch: Syscall = defineSyscall({
  name: "inotify_add_watch",
  number: { x86_64: 254 },
  args: [fd(), path(), flags("mask", MaskNames)],
  support: "full",
  handler(thread, fileDescriptor, pathAddress, mask) {
    if ((mask & KNOWN_BITS) === 0 || (mask & ~KNOWN_BITS) !== 0) {
      return fail(Errno.EINVAL, "no event is asked for, or a bit is unknown");
    }
    const file = thread.files.get(fileDescriptor);
    if (file === undefined || file.isPathOnly) return fail(Errno.EBADF);
    const adds = (mask & IN_MASK_ADD) !== 0;
    const creates = (mask & IN_MASK_CREATE) !== 0;
    if (adds && creates) return fail(Errno.EINVAL, "the flags exclude each other");
    if (!(file instanceof InotifyFile)) return fail(Errno.EINVAL, "no inotify descriptor");
    const pathname = readPath(thread, pathAddress);
    if (typeof pathname === "number") return pathname;
    const follow = (mask & IN_DONT_FOLLOW) === 0 ? 0 : AT.SYMLINK_NOFOLLOW;
    const place = thread.kernel.vfs.resolve(thread, AT_FDCWD, pathname, follow);
    if (typeof place === "number") return place;
    const { inode } = place;
    if ((mask & IN_ONLYDIR) !== 0 && !inode.isDirectory) return fail(Errno.ENOTDIR);
    const permitted = checkPermission(thread.credentials, inode, MAY.READ);
    if (permitted < 0) return permitted;
    const known = file.watchOf(inode);
    if (known === undefined) return file.addWatch(inode, mask & KEPT_BITS);
    if (creates) return fail(Errno.EEXIST, "the file is watched already");
    known.mask = adds ? known.mask | (mask & KEPT_BITS) : mask & KEPT_BITS;
    return known.wd;
  },
});

/** inotify_rm_watch(2). */
export const inotify_rm_watch: Syscall = defineSyscall({
  name: "inotify_rm_watch",
  number: { x86_64: 255 },
  args: [fd(), int("wd")],
  support: "full",
  handler(thread, fileDescriptor, wd) {
    const file = thread.files.get(fileDescriptor);
    if (file === undefined || file.isPathOnly) return fail(Errno.EBADF);
    if (!(file instanceof InotifyFile)) return fail(Errno.EINVAL, "no inotify descriptor");
    const watch = file.findWatch(wd);
    if (watch === undefined) return fail(Errno.EINVAL, "there is no such watch");
    file.removeWatch(watch);
    return 0;
  },
});
