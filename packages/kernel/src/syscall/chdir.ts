// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { AT_FDCWD } from "../abi/fcntl.ts";
import { placeOf } from "../fs/descriptor.ts";
import type { Path } from "../fs/path.ts";
import { checkPermission, MAY } from "../fs/permission.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { Capability } from "../security/capabilities.ts";
import { fd, path } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { readPath } from "./read-path.ts";

/** A directory that the caller may search. */
function directoryAt(thread: Thread, pathAddress: number): Path | Result {
  const pathname = readPath(thread, pathAddress);
  if (typeof pathname === "number") {
    return pathname;
  }
  const place = thread.kernel.vfs.resolve(thread, AT_FDCWD, pathname, 0);
  return typeof place === "number" ? place : searchable(thread, place);
}

function searchable(thread: Thread, place: Path): Path | Result {
  if (!place.inode.isDirectory) {
    return fail(Errno.ENOTDIR);
  }
  const permitted = checkPermission(thread.credentials, place.inode, MAY.EXEC);
  return permitted < 0 ? permitted : place;
}

/** chdir(2). */
export const chdir: Syscall = defineSyscall({
  name: "chdir",
  number: { x86_64: 80 },
  args: [path()],
  support: "full",
  handler(thread, pathAddress) {
    const place = directoryAt(thread, pathAddress);
    if (typeof place === "number") {
      return place;
    }
    thread.fs.cwd = place;
    return 0;
  },
});

/** fchdir(2). */
export const fchdir: Syscall = defineSyscall({
  name: "fchdir",
  number: { x86_64: 81 },
  args: [fd()],
  support: "full",
  handler(thread, fileDescriptor) {
    const file = thread.files.get(fileDescriptor);
    if (file !== undefined && file.location === undefined) {
      return fail(Errno.ENOTDIR);
    }
    const place = placeOf(thread, fileDescriptor, true);
    const directory = typeof place === "number" ? place : searchable(thread, place);
    if (typeof directory === "number") {
      return directory;
    }
    thread.fs.cwd = directory;
    return 0;
  },
});

/** chroot(2). */
export const chroot: Syscall = defineSyscall({
  name: "chroot",
  number: { x86_64: 161 },
  args: [path()],
  support: "full",
  handler(thread, pathAddress) {
    const place = directoryAt(thread, pathAddress);
    if (typeof place === "number") {
      return place;
    }
    if (!thread.credentials.has(Capability.SYS_CHROOT)) {
      return fail(Errno.EPERM, "chroot needs CAP_SYS_CHROOT");
    }
    thread.fs.root = place;
    return 0;
  },
});
