// SPDX-License-Identifier: MPL-2.0

import { AT_FDCWD, O, OPEN_FLAG_NAMES } from "../abi/fcntl.ts";
import { installOpened } from "../fs/descriptor.ts";
import { checkOpenFlags, openFlagsInEffect } from "../fs/open.ts";
import type { Thread } from "../process/thread.ts";
import type { Result } from "../result.ts";
import { dirfd, flags, mode, path } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { readPath } from "./read-path.ts";

function open_(
  thread: Thread,
  directory: number,
  pathAddress: number,
  openFlags: number,
  fileMode: number,
): Result {
  const flagsInEffect = openFlagsInEffect(openFlags);
  const checked = checkOpenFlags(flagsInEffect);
  if (checked < 0) {
    return checked;
  }
  const pathname = readPath(thread, pathAddress);
  if (typeof pathname === "number") {
    return pathname;
  }
  const file = thread.kernel.vfs.open(thread, directory, pathname, flagsInEffect, fileMode);
  return installOpened(thread, file, openFlags);
}

/** open(2). */
export const open: Syscall = defineSyscall({
  name: "open",
  number: { x86_64: 2 },
  args: [path(), flags("flags", OPEN_FLAG_NAMES, "O_RDONLY"), mode("mode")],
  optional: 1,
  support: "partial",
  note: "O_DIRECT is accepted, and what is read and written goes through the page cache all the same.",
  handler: (thread, pathAddress, openFlags, fileMode) =>
    open_(thread, AT_FDCWD, pathAddress, openFlags, fileMode),
});

/** openat(2). */
export const openat: Syscall = defineSyscall({
  name: "openat",
  number: { x86_64: 257 },
  args: [dirfd(), path(), flags("flags", OPEN_FLAG_NAMES, "O_RDONLY"), mode("mode")],
  optional: 1,
  support: "partial",
  note: "O_DIRECT is accepted, and what is read and written goes through the page cache all the same.",
  handler: open_,
});

/** creat(2). */
export const creat: Syscall = defineSyscall({
  name: "creat",
  number: { x86_64: 85 },
  args: [path(), mode("mode")],
  support: "full",
  handler: (thread, pathAddress, fileMode) =>
    open_(thread, AT_FDCWD, pathAddress, O.CREAT | O.WRONLY | O.TRUNC, fileMode),
});
