// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { AT, AT_FDCWD } from "../abi/fcntl.ts";
import { writeText } from "../fs/byte-string.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { bufferOut, dirfd, int, path } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { readPath } from "./read-path.ts";

function readLink(
  thread: Thread,
  directory: number,
  pathAddress: number,
  bufferAddress: number,
  size: number,
): Result {
  if (size <= 0) {
    return fail(Errno.EINVAL, "the buffer has no room");
  }
  // readlinkat(2): an empty path name means the link that an O_PATH descriptor is open on.
  const pathname = readPath(thread, pathAddress, directory !== AT_FDCWD);
  if (typeof pathname === "number") {
    return pathname;
  }
  const atFlags = AT.SYMLINK_NOFOLLOW | AT.EMPTY_PATH;
  const place = thread.kernel.vfs.resolve(thread, directory, pathname, atFlags);
  if (typeof place === "number") {
    return place;
  }
  if (!place.inode.isSymlink) {
    return fail(pathname === "" ? Errno.ENOENT : Errno.EINVAL, "not a symbolic link");
  }
  const text = place.inode.readlink(thread);
  return typeof text === "number" ? text : writeText(thread, bufferAddress, text.slice(0, size));
}

/** readlink(2). */
export const readlink: Syscall = defineSyscall({
  name: "readlink",
  number: { x86_64: 89 },
  args: [path(), bufferOut("buf", 2), int("bufsiz")],
  support: "full",
  handler: (thread, pathAddress, buffer, size) =>
    readLink(thread, AT_FDCWD, pathAddress, buffer, size),
});

/** readlinkat(2). */
export const readlinkat: Syscall = defineSyscall({
  name: "readlinkat",
  number: { x86_64: 267 },
  args: [dirfd(), path(), bufferOut("buf", 3), int("bufsiz")],
  support: "full",
  handler: readLink,
});
