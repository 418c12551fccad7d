// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { AT, AT_FDCWD } from "../abi/fcntl.ts";
import { makeLink } from "../fs/link.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { dirfd, flags, path } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { readPath } from "./read-path.ts";

const LinkAtNames = {
  AT_SYMLINK_FOLLOW: AT.SYMLINK_FOLLOW,
  AT_EMPTY_PATH: AT.EMPTY_PATH,
} as const;

function make(
  thread: Thread,
  oldDirectory: number,
  oldAddress: number,
  newDirectory: number,
  newAddress: number,
  atFlags: number,
): Result {
  if ((atFlags & ~(AT.SYMLINK_FOLLOW | AT.EMPTY_PATH)) !== 0) {
    return fail(Errno.EINVAL, "the flags are unknown");
  }
  const from = readPath(thread, oldAddress, (atFlags & AT.EMPTY_PATH) !== 0);
  if (typeof from === "number") {
    return from;
  }
  const to = readPath(thread, newAddress, true);
  return makeLink(thread.kernel.vfs, thread, oldDirectory, from, newDirectory, to, atFlags);
}

/** link(2). */
export const link: Syscall = defineSyscall({
  name: "link",
  number: { x86_64: 86 },
  args: [path("oldpath"), path("newpath")],
  support: "full",
  handler: (thread, from, to) => make(thread, AT_FDCWD, from, AT_FDCWD, to, 0),
});

/** linkat(2). */
export const linkat: Syscall = defineSyscall({
  name: "linkat",
  number: { x86_64: 265 },
  args: [
    dirfd("olddirfd"),
    path("oldpath"),
    dirfd("newdirfd"),
    path("newpath"),
    flags("flags", LinkAtNames),
  ],
  support: "full",
  handler: make,
});
