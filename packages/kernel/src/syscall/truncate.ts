// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { AT_FDCWD, O } from "../abi/fcntl.ts";
import { breakLeases } from "../fs/locks/lease.ts";
import { mayWriteMount } from "../fs/create.ts";
import { isAppendOnly } from "../fs/inode-flags.ts";
import { checkPermission, MAY } from "../fs/permission.ts";
import { fail } from "../result.ts";
import { fd, offset, path } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { readPath } from "./read-path.ts";

/** truncate(2). */
export const truncate: Syscall = defineSyscall({
  name: "truncate",
  number: { x86_64: 76 },
  args: [path(), offset("length")],
  support: "full",
  handler(thread, pathAddress, length) {
    if (length < 0) {
      return fail(Errno.EINVAL, "the length is negative");
    }
    const pathname = readPath(thread, pathAddress);
    if (typeof pathname === "number") {
      return pathname;
    }
    const place = thread.kernel.vfs.resolve(thread, AT_FDCWD, pathname, 0);
    if (typeof place === "number") {
      return place;
    }
    const { inode } = place;
    if (!inode.isRegular) {
      return fail(inode.isDirectory ? Errno.EISDIR : Errno.EINVAL);
    }
    const writable = mayWriteMount(place);
    const permitted =
      writable < 0 ? writable : checkPermission(thread.credentials, inode, MAY.WRITE);
    if (permitted < 0) {
      return permitted;
    }
    if (isAppendOnly(inode)) {
      return fail(Errno.EPERM, "the file may only be appended to");
    }
    const free = breakLeases(thread, inode, true, false);
    if (free !== 0) return free;
    if (inode.writeCount < 0) {
      return fail(Errno.ETXTBSY, "the file is being executed");
    }
    const file = inode.open(thread, place, O.WRONLY);
    if (typeof file === "number") {
      return file;
    }
    const result = file.truncate(thread, length);
    file.release();
    return result;
  },
});

/** ftruncate(2). */
export const ftruncate: Syscall = defineSyscall({
  name: "ftruncate",
  number: { x86_64: 77 },
  args: [fd(), offset("length")],
  support: "full",
  handler(thread, fileDescriptor, length) {
    if (length < 0) {
      return fail(Errno.EINVAL, "the length is negative");
    }
    const file = thread.files.get(fileDescriptor);
    if (file === undefined || file.isPathOnly) {
      return fail(Errno.EBADF);
    }
    if (!file.writable) {
      return fail(Errno.EINVAL, "the descriptor is not open for writing");
    }
    if (file.inode !== undefined && isAppendOnly(file.inode)) {
      return fail(Errno.EPERM, "the file may only be appended to");
    }
    return file.truncate(thread, length);
  },
});
