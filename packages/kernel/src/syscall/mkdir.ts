// SPDX-License-Identifier: MPL-2.0

import { AT_FDCWD } from "../abi/fcntl.ts";
import { makeDirectory } from "../fs/create.ts";
import type { Thread } from "../process/thread.ts";
import type { Result } from "../result.ts";
import { dirfd, mode, path } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { readPath } from "./read-path.ts";

function make(thread: Thread, directory: number, pathAddress: number, fileMode: number): Result {
  const pathname = readPath(thread, pathAddress);
  return typeof pathname === "number"
    ? pathname
    : makeDirectory(thread.kernel.vfs, thread, directory, pathname, fileMode);
}

/** mkdir(2). */
export const mkdir: Syscall = defineSyscall({
  name: "mkdir",
  number: { x86_64: 83 },
  args: [path(), mode("mode")],
  support: "full",
  handler: (thread, pathAddress, fileMode) => make(thread, AT_FDCWD, pathAddress, fileMode),
});

/** mkdirat(2). */
export const mkdirat: Syscall = defineSyscall({
  name: "mkdirat",
  number: { x86_64: 258 },
  args: [dirfd(), path(), mode("mode")],
  support: "full",
  handler: make,
});
