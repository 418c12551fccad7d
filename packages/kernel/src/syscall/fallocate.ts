// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { FALLOC } from "../abi/fcntl.ts";
import { S } from "../abi/stat.ts";
import { MAX_FILE_SIZE } from "../fs/file-size.ts";
import { isAppendOnly, isImmutable } from "../fs/inode-flags.ts";
import { fail } from "../result.ts";
import { fd, flags, offset } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

const ModeNames = {
  FALLOC_FL_KEEP_SIZE: 1,
  FALLOC_FL_PUNCH_HOLE: 2,
  FALLOC_FL_COLLAPSE_RANGE: 8,
  FALLOC_FL_ZERO_RANGE: 16,
  FALLOC_FL_INSERT_RANGE: 32,
} as const;

/** fallocate(2). */
export const fallocate: Syscall = defineSyscall({
  name: "fallocate",
  number: { x86_64: 285 },
  args: [fd(), flags("mode", ModeNames), offset("offset"), offset("len")],
  scml: [{ mode: "FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE" }],
  support: "partial",
  note: "Allocates and punches holes; the other modes are refused with EOPNOTSUPP, as by tmpfs.",
  handler(thread, fileDescriptor, mode, start, length) {
    const file = thread.files.get(fileDescriptor);
    if (file === undefined || file.isPathOnly) {
      return fail(Errno.EBADF);
    }
    if (start < 0 || length <= 0) {
      return fail(Errno.EINVAL, "the range is empty or negative");
    }
    if (!isKnownMode(mode)) {
      return fail(Errno.EOPNOTSUPP, "no file system has this mode");
    }
    if (!file.writable) {
      return fail(Errno.EBADF, "the descriptor is not open for writing");
    }
    const { inode } = file;
    const changesData = (mode & ~FALLOC.KEEP_SIZE) !== 0;
    if (inode !== undefined && (isImmutable(inode) || (changesData && isAppendOnly(inode)))) {
      return fail(Errno.EPERM, "the flags of the file forbid it");
    }
    const type = inode?.type;
    if (type === S.IFIFO) {
      return fail(Errno.ESPIPE);
    }
    if (type === S.IFDIR) {
      return fail(Errno.EISDIR);
    }
    if (type !== S.IFREG) {
      return fail(Errno.ENODEV);
    }
    if (start + length > MAX_FILE_SIZE) {
      return fail(Errno.EFBIG);
    }
    const isHole = mode === (FALLOC.PUNCH_HOLE | FALLOC.KEEP_SIZE);
    return isHole || !changesData
      ? file.allocate(thread, mode, start, length)
      : fail(Errno.EOPNOTSUPP, "the mode is not supported");
  },
});

/** Whether Linux knows the mode: what the file system knows is asked last. */
function isKnownMode(mode: number): boolean {
  const keepsSize = (mode & FALLOC.KEEP_SIZE) !== 0;
  switch (mode & ~FALLOC.KEEP_SIZE) {
    case 0:
    case FALLOC.ZERO_RANGE:
    case FALLOC.UNSHARE_RANGE:
      return true;
    case FALLOC.PUNCH_HOLE:
      return keepsSize;
    case FALLOC.COLLAPSE_RANGE:
    case FALLOC.INSERT_RANGE:
    case FALLOC.WRITE_ZEROES:
      return !keepsSize;
    default:
      return false;
  }
}
