// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { AT, AT_FDCWD } from "../abi/fcntl.ts";
import { removeDirectory, removeFile } from "../fs/remove.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { dirfd, flags, path } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { readPath } from "./read-path.ts";

function remove(
  thread: Thread,
  directory: number,
  pathAddress: number,
  isDirectory: boolean,
): Result {
  const pathname = readPath(thread, pathAddress);
  if (typeof pathname === "number") {
    return pathname;
  }
  const { vfs } = thread.kernel;
  return isDirectory
    ? removeDirectory(vfs, thread, directory, pathname)
    : removeFile(vfs, thread, directory, pathname);
}

/** unlink(2). */
export const unlink: Syscall = defineSyscall({
  name: "unlink",
  number: { x86_64: 87 },
  args: [path()],
  support: "full",
  handler: (thread, pathAddress) => remove(thread, AT_FDCWD, pathAddress, false),
});

/** rmdir(2). */
export const rmdir: Syscall = defineSyscall({
  name: "rmdir",
  number: { x86_64: 84 },
  args: [path()],
  support: "full",
  handler: (thread, pathAddress) => remove(thread, AT_FDCWD, pathAddress, true),
});

/** unlinkat(2). */
export const unlinkat: Syscall = defineSyscall({
  name: "unlinkat",
  number: { x86_64: 263 },
  args: [dirfd(), path(), flags("flags", { AT_REMOVEDIR: AT.REMOVEDIR })],
  support: "full",
  handler: (thread, directory, pathAddress, atFlags) =>
    (atFlags & ~AT.REMOVEDIR) !== 0
      ? fail(Errno.EINVAL, "a flag is unknown")
      : remove(thread, directory, pathAddress, atFlags !== 0),
});
