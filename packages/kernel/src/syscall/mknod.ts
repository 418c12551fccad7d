// SPDX-License-Identifier: MPL-2.0

import { AT_FDCWD } from "../abi/fcntl.ts";
import { makeSpecial, nodeType } from "../fs/create.ts";
import type { Thread } from "../process/thread.ts";
import type { Result } from "../result.ts";
import { dirfd, mode, path, uint } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { readPath } from "./read-path.ts";

function make(
  thread: Thread,
  directory: number,
  pathAddress: number,
  fileMode: number,
  device: number,
): Result {
  const type = nodeType(fileMode);
  if (type < 0) {
    return type;
  }
  const pathname = readPath(thread, pathAddress);
  return typeof pathname === "number"
    ? pathname
    : makeSpecial(thread.kernel.vfs, thread, directory, pathname, fileMode, device);
}

/** What mknod(2) makes; directories are made by mkdir(2). */
const SCML = [{ mode: "S_IFREG | S_IFIFO | S_IFCHR | S_IFBLK | S_IFSOCK" }] as const;

/** mknod(2). */
export const mknod: Syscall = defineSyscall({
  name: "mknod",
  number: { x86_64: 133 },
  args: [path(), mode("mode"), uint("dev")],
  support: "full",
  scml: SCML,
  handler: (thread, pathAddress, fileMode, device) =>
    make(thread, AT_FDCWD, pathAddress, fileMode, device),
});

/** mknodat(2). */
export const mknodat: Syscall = defineSyscall({
  name: "mknodat",
  number: { x86_64: 259 },
  args: [dirfd(), path(), mode("mode"), uint("dev")],
  support: "full",
  scml: SCML,
  handler: make,
});
