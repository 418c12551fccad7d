// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { O } from "../abi/fcntl.ts";
import { OpenHow } from "../abi/file-layout.ts";
import { getU64, StructBuffer } from "../abi/layout.ts";
import { S } from "../abi/stat.ts";
import { installOpened } from "../fs/descriptor.ts";
import { checkOpenFlags, openFile, openFlagsInEffect } from "../fs/open.ts";
import { RESOLVE } from "../fs/walker.ts";
import { fail } from "../result.ts";
import { dirfd, path, size, structIn } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { readPath } from "./read-path.ts";

const VALID_FLAGS = 0o37777703;
const VALID_RESOLVE = 63;
const LARGEST_HOW = 4096;
/** What a look at names in memory alone can not tell for good (RESOLVE_CACHED). */
const NOT_IN_CACHE: readonly number[] = [Errno.ENOENT, Errno.EACCES, Errno.ENAMETOOLONG];

/** openat2(2). */
export const openat2: Syscall = defineSyscall({
  name: "openat2",
  number: { x86_64: 437 },
  args: [dirfd(), path(), structIn("how", "open_how"), size("size")],
  support: "full",
  handler(thread, directory, pathAddress, howAddress, howSize) {
    if (howSize < OpenHow.size) {
      return fail(Errno.EINVAL, "the structure is too small");
    }
    if (howSize > LARGEST_HOW) {
      return fail(Errno.E2BIG, "the structure is too large");
    }
    const { bytes, view } = new StructBuffer(howSize);
    if (thread.memory.readBytes(howAddress, bytes, 0, howSize) < howSize) {
      return fail(Errno.EFAULT);
    }
    if (bytes.subarray(OpenHow.size).some((byte) => byte !== 0)) {
      return fail(Errno.E2BIG, "the structure has fields that are unknown");
    }
    const openFlags = getU64(view, OpenHow.flags);
    const fileMode = getU64(view, OpenHow.mode);
    const resolveFlags = getU64(view, OpenHow.resolve);
    if (openFlags > 0xffff_ffff || (openFlags & ~VALID_FLAGS) !== 0) {
      return fail(Errno.EINVAL, "a flag is unknown");
    }
    const makes = (openFlags & O.CREAT) !== 0 || (openFlags & O.TMPFILE) === O.TMPFILE;
    if (makes ? fileMode > S.PERMISSIONS : fileMode !== 0) {
      return fail(Errno.EINVAL, "the mode is wrong, or nothing is to be made");
    }
    if (
      resolveFlags > VALID_RESOLVE ||
      (resolveFlags & (RESOLVE.BENEATH | RESOLVE.IN_ROOT)) === 24
    ) {
      return fail(Errno.EINVAL, "the resolve flags are unknown or exclude each other");
    }
    const isIgnored = openFlagsInEffect(openFlags) !== openFlags;
    const agreed = isIgnored ? fail(Errno.EINVAL) : checkOpenFlags(openFlags);
    if (agreed < 0) {
      return agreed;
    }
    const isCached = (resolveFlags & RESOLVE.CACHED) !== 0;
    if (isCached && (makes || (openFlags & O.TRUNC) !== 0)) {
      return fail(Errno.EAGAIN, "what changes the file system may have to wait");
    }
    const pathname = readPath(thread, pathAddress);
    if (typeof pathname === "number") {
      return pathname;
    }
    const file = openFile(
      thread.kernel.vfs,
      thread,
      directory,
      pathname,
      openFlags | O.LARGEFILE,
      fileMode,
      resolveFlags,
    );
    if (isCached && typeof file === "number" && NOT_IN_CACHE.includes(-file)) {
      return fail(Errno.EAGAIN, "memory does not hold what answers this");
    }
    return installOpened(thread, file, openFlags);
  },
});
