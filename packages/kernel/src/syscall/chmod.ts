// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { AT, AT_FDCWD } from "../abi/fcntl.ts";
import { changeMode } from "../fs/attributes.ts";
import { placeOf } from "../fs/descriptor.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { dirfd, fd, flags, mode, path } from "./args.ts";
import { NofollowNames } from "./at-flags.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { readPath } from "./read-path.ts";

function changeAt(
  thread: Thread,
  directory: number,
  pathAddress: number,
  fileMode: number,
  atFlags: number,
): Result {
  const pathname = readPath(thread, pathAddress, (atFlags & AT.EMPTY_PATH) !== 0);
  if (typeof pathname === "number") {
    return pathname;
  }
  const place = thread.kernel.vfs.resolve(thread, directory, pathname, atFlags);
  return typeof place === "number" ? place : changeMode(thread, place, fileMode);
}

/** chmod(2). */
export const chmod: Syscall = defineSyscall({
  name: "chmod",
  number: { x86_64: 90 },
  args: [path(), mode("mode")],
  support: "full",
  handler: (thread, pathAddress, fileMode) => changeAt(thread, AT_FDCWD, pathAddress, fileMode, 0),
});

/** fchmod(2). */
export const fchmod: Syscall = defineSyscall({
  name: "fchmod",
  number: { x86_64: 91 },
  args: [fd(), mode("mode")],
  support: "full",
  handler(thread, fileDescriptor, fileMode) {
    const place = placeOf(thread, fileDescriptor);
    return typeof place === "number" ? place : changeMode(thread, place, fileMode);
  },
});

/** fchmodat(2) as the kernel has it: without flags. */
export const fchmodat: Syscall = defineSyscall({
  name: "fchmodat",
  number: { x86_64: 268 },
  args: [dirfd(), path(), mode("mode")],
  support: "full",
  handler: (thread, directory, pathAddress, fileMode) =>
    changeAt(thread, directory, pathAddress, fileMode, 0),
});

/** fchmodat2(2). */
export const fchmodat2: Syscall = defineSyscall({
  name: "fchmodat2",
  number: { x86_64: 452 },
  args: [dirfd(), path(), mode("mode"), flags("flags", NofollowNames)],
  support: "full",
  handler: (thread, directory, pathAddress, fileMode, atFlags) =>
    (atFlags & ~(AT.SYMLINK_NOFOLLOW | AT.EMPTY_PATH)) !== 0
      ? fail(Errno.EINVAL, "a flag is unknown")
      : changeAt(thread, directory, pathAddress, fileMode, atFlags),
});
