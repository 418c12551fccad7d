// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { AT, AT_FDCWD } from "../abi/fcntl.ts";
import { pivotRoot, unmount } from "../fs/mount-call.ts";
import { fail } from "../result.ts";
import { Capability } from "../security/capabilities.ts";
import { flags, path } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { readPath } from "./read-path.ts";

const UMOUNT_NOFOLLOW = 8;

/** umount2(2). */
export const umount2: Syscall = defineSyscall({
  name: "umount2",
  number: { x86_64: 166 },
  args: [
    path("target"),
    flags("flags", { MNT_FORCE: 1, MNT_DETACH: 2, MNT_EXPIRE: 4, UMOUNT_NOFOLLOW }),
  ],
  support: "full",
  handler(thread, targetAddress, umountFlags) {
    if ((umountFlags & ~15) !== 0) {
      return fail(Errno.EINVAL, "a flag is unknown");
    }
    const target = readPath(thread, targetAddress);
    if (typeof target === "number") {
      return target;
    }
    const { vfs } = thread.kernel;
    const atFlags = (umountFlags & UMOUNT_NOFOLLOW) !== 0 ? AT.SYMLINK_NOFOLLOW : 0;
    const place = vfs.resolve(thread, AT_FDCWD, target, atFlags);
    if (typeof place === "number") {
      return place;
    }
    return thread.credentials.has(Capability.SYS_ADMIN)
      ? unmount(vfs, place, umountFlags)
      : fail(Errno.EPERM, "unmounting needs CAP_SYS_ADMIN");
  },
});

/** pivot_root(2). */
export const pivot_root: Syscall = defineSyscall({
  name: "pivot_root",
  number: { x86_64: 155 },
  args: [path("new_root"), path("put_old")],
  support: "full",
  handler(thread, newAddress, oldAddress) {
    if (!thread.credentials.has(Capability.SYS_ADMIN)) {
      return fail(Errno.EPERM, "pivot_root needs CAP_SYS_ADMIN");
    }
    const newName = readPath(thread, newAddress);
    const oldName = readPath(thread, oldAddress);
    if (typeof newName === "number") {
      return newName;
    }
    if (typeof oldName === "number") {
      return oldName;
    }
    const { vfs } = thread.kernel;
    const newRoot = vfs.resolve(thread, AT_FDCWD, newName, 0);
    if (typeof newRoot === "number") {
      return newRoot;
    }
    const putOld = vfs.resolve(thread, AT_FDCWD, oldName, 0);
    return typeof putOld === "number" ? putOld : pivotRoot(vfs, thread, newRoot, putOld);
  },
});
