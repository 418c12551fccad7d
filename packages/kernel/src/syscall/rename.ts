// SPDX-License-Identifier: MPL-2.0

import { AT_FDCWD } from "../abi/fcntl.ts";
import { checkRenameFlags, rename as renamePaths } from "../fs/rename.ts";
import type { Thread } from "../process/thread.ts";
import type { Result } from "../result.ts";
import { dirfd, flags, path } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { readPath } from "./read-path.ts";

function move(
  thread: Thread,
  oldDirectory: number,
  oldAddress: number,
  newDirectory: number,
  newAddress: number,
  renameFlags: number,
): Result {
  const checked = checkRenameFlags(renameFlags);
  if (checked < 0) {
    return checked;
  }
  const from = readPath(thread, oldAddress);
  if (typeof from === "number") {
    return from;
  }
  const to = readPath(thread, newAddress, true);
  const { vfs } = thread.kernel;
  return renamePaths(vfs, thread, oldDirectory, from, newDirectory, to, renameFlags);
}

/** rename(2). */
export const rename: Syscall = defineSyscall({
  name: "rename",
  number: { x86_64: 82 },
  args: [path("oldpath"), path("newpath")],
  support: "full",
  handler: (thread, from, to) => move(thread, AT_FDCWD, from, AT_FDCWD, to, 0),
});

/** renameat(2). */
export const renameat: Syscall = defineSyscall({
  name: "renameat",
  number: { x86_64: 264 },
  args: [dirfd("olddirfd"), path("oldpath"), dirfd("newdirfd"), path("newpath")],
  support: "full",
  handler: (thread, oldDirectory, from, newDirectory, to) =>
    move(thread, oldDirectory, from, newDirectory, to, 0),
});

/** renameat2(2). */
export const renameat2: Syscall = defineSyscall({
  name: "renameat2",
  number: { x86_64: 316 },
  args: [
    dirfd("olddirfd"),
    path("oldpath"),
    dirfd("newdirfd"),
    path("newpath"),
    flags("flags", { RENAME_NOREPLACE: 1, RENAME_EXCHANGE: 2, RENAME_WHITEOUT: 4 }),
  ],
  support: "partial",
  note: "RENAME_WHITEOUT is for file systems in memory, and EINVAL on others.",
  handler: move,
});
