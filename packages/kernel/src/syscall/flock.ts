// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { FileLocks } from "../fs/locks/file-locks.ts";
import { fail } from "../result.ts";
import { fd, flags } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

const LOCK = { SH: 1, EX: 2, NB: 4, UN: 8, MAND: 32 } as const;

/** flock(2). */
export const flock: Syscall = defineSyscall({
  name: "flock",
  number: { x86_64: 73 },
  args: [
    fd(),
    flags("operation", { LOCK_SH: 1, LOCK_EX: 2, LOCK_NB: 4, LOCK_UN: 8, LOCK_MAND: 32 }),
  ],
  support: "full",
  handler(thread, fileDescriptor, operation) {
    if ((operation & LOCK.MAND) !== 0) {
      // flock(2), HISTORY: mandatory locks never worked; the request is ignored.
      return 0;
    }
    const kind = operation & ~LOCK.NB;
    if (kind !== LOCK.SH && kind !== LOCK.EX && kind !== LOCK.UN) {
      return fail(Errno.EINVAL, "the operation is unknown");
    }
    const file = thread.files.get(fileDescriptor);
    if (file === undefined || file.isPathOnly || file.inode === undefined) {
      return fail(Errno.EBADF);
    }
    if (kind !== LOCK.UN && !file.readable && !file.writable) {
      return fail(Errno.EBADF, "the descriptor is for neither reading nor writing");
    }
    const { inode } = file;
    const { pid } = thread.process;
    if (kind === LOCK.UN) {
      inode.locks?.setWhole(file, undefined, pid);
      return 0;
    }
    inode.locks ??= new FileLocks();
    const isExclusive = kind === LOCK.EX;
    if (!inode.locks.wholeConflicts(file, isExclusive)) {
      inode.locks.setWhole(file, isExclusive, pid);
      return 0;
    }
    // flock(2): a conversion gives the old lock up first, and has lost it where it fails.
    inode.locks.setWhole(file, undefined, pid);
    if ((operation & LOCK.NB) !== 0) {
      return fail(Errno.EAGAIN, "another description has locked the file");
    }
    return thread.block(inode.locks.queue);
  },
});
