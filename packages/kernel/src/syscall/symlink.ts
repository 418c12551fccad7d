// SPDX-License-Identifier: MPL-2.0

import { AT_FDCWD } from "../abi/fcntl.ts";
import { makeSymlink } from "../fs/create.ts";
import type { Thread } from "../process/thread.ts";
import type { Result } from "../result.ts";
import { dirfd, path } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { readPath } from "./read-path.ts";

function make(
  thread: Thread,
  targetAddress: number,
  directory: number,
  pathAddress: number,
): Result {
  const target = readPath(thread, targetAddress);
  if (typeof target === "number") {
    return target;
  }
  const pathname = readPath(thread, pathAddress);
  return typeof pathname === "number"
    ? pathname
    : makeSymlink(thread.kernel.vfs, thread, target, directory, pathname);
}

/** symlink(2). */
export const symlink: Syscall = defineSyscall({
  name: "symlink",
  number: { x86_64: 88 },
  args: [path("target"), path("linkpath")],
  support: "full",
  handler: (thread, target, linkPath) => make(thread, target, AT_FDCWD, linkPath),
});

/** symlinkat(2). */
export const symlinkat: Syscall = defineSyscall({
  name: "symlinkat",
  number: { x86_64: 266 },
  args: [path("target"), dirfd("newdirfd"), path("linkpath")],
  support: "full",
  handler: make,
});
