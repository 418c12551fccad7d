// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { AT, AT_FDCWD } from "../abi/fcntl.ts";
import { changeOwner } from "../fs/attributes.ts";
import { placeOf } from "../fs/descriptor.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { dirfd, fd, flags, path, uint } from "./args.ts";
import { NofollowNames } from "./at-flags.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { readPath } from "./read-path.ts";

function changeAt(
  thread: Thread,
  directory: number,
  pathAddress: number,
  uid: number,
  gid: number,
  atFlags: number,
): Result {
  const pathname = readPath(thread, pathAddress, (atFlags & AT.EMPTY_PATH) !== 0);
  if (typeof pathname === "number") {
    return pathname;
  }
  const place = thread.kernel.vfs.resolve(thread, directory, pathname, atFlags);
  return typeof place === "number" ? place : changeOwner(thread, place, uid, gid);
}

/** chown(2). */
export const chown: Syscall = defineSyscall({
  name: "chown",
  number: { x86_64: 92 },
  args: [path(), uint("owner"), uint("group")],
  support: "full",
  handler: (thread, pathAddress, uid, gid) => changeAt(thread, AT_FDCWD, pathAddress, uid, gid, 0),
});

/** fchown(2). */
export const fchown: Syscall = defineSyscall({
  name: "fchown",
  number: { x86_64: 93 },
  args: [fd(), uint("owner"), uint("group")],
  support: "full",
  handler(thread, fileDescriptor, uid, gid) {
    const place = placeOf(thread, fileDescriptor);
    return typeof place === "number" ? place : changeOwner(thread, place, uid, gid);
  },
});

/** lchown(2). */
export const lchown: Syscall = defineSyscall({
  name: "lchown",
  number: { x86_64: 94 },
  args: [path(), uint("owner"), uint("group")],
  support: "full",
  handler: (thread, pathAddress, uid, gid) =>
    changeAt(thread, AT_FDCWD, pathAddress, uid, gid, AT.SYMLINK_NOFOLLOW),
});

/** fchownat(2). */
export const fchownat: Syscall = defineSyscall({
  name: "fchownat",
  number: { x86_64: 260 },
  args: [dirfd(), path(), uint("owner"), uint("group"), flags("flags", NofollowNames)],
  support: "full",
  handler: (thread, directory, pathAddress, uid, gid, atFlags) =>
    (atFlags & ~(AT.SYMLINK_NOFOLLOW | AT.EMPTY_PATH)) !== 0
      ? fail(Errno.EINVAL, "a flag is unknown")
      : changeAt(thread, directory, pathAddress, uid, gid, atFlags),
});
