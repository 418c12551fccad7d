// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { DiskDevice } from "../device/block/disk-device.ts";
import type { Thread } from "../process/thread.ts";
import { BLOCKED, fail } from "../result.ts";
import type { Result } from "../result.ts";
import { fd, flags, offset } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

function sync_(thread: Thread, fileDescriptor: number): Result {
  const file = thread.files.get(fileDescriptor);
  return file === undefined || file.isPathOnly ? fail(Errno.EBADF) : file.fsync(thread);
}

/** fsync(2). */
export const fsync: Syscall = defineSyscall({
  name: "fsync",
  number: { x86_64: 74 },
  args: [fd()],
  support: "full",
  handler: sync_,
});

/** fdatasync(2). */
export const fdatasync: Syscall = defineSyscall({
  name: "fdatasync",
  number: { x86_64: 75 },
  args: [fd()],
  support: "full",
  handler: sync_,
});

/** sync_file_range(2). */
export const sync_file_range: Syscall = defineSyscall({
  name: "sync_file_range",
  number: { x86_64: 277 },
  args: [
    fd(),
    offset("offset"),
    offset("nbytes"),
    flags("flags", {
      SYNC_FILE_RANGE_WAIT_BEFORE: 1,
      SYNC_FILE_RANGE_WRITE: 2,
      SYNC_FILE_RANGE_WAIT_AFTER: 4,
    }),
  ],
  support: "full",
  handler(thread, fileDescriptor, start, length, rangeFlags) {
    const file = thread.files.get(fileDescriptor);
    if (file === undefined || file.isPathOnly) {
      return fail(Errno.EBADF);
    }
    const isRange = start >= 0 && length >= 0 && start + length < 2 ** 63;
    if ((rangeFlags & ~7) !== 0 || !isRange) {
      return fail(Errno.EINVAL);
    }
    const result = sync_(thread, fileDescriptor);
    return result === -Errno.EINVAL ? fail(Errno.ESPIPE) : result;
  },
});

/** Writes all disks back, one after the other. Their errors are for whoever calls fsync(2). */
function syncDisks(thread: Thread): Result {
  for (const device of thread.kernel.devices.list("block")) {
    const isPending = device instanceof DiskDevice && device.cache.needsSync;
    if (isPending && device.cache.sync(thread) === BLOCKED) {
      return BLOCKED;
    }
  }
  return 0;
}

/** sync(2). */
export const sync: Syscall = defineSyscall({
  name: "sync",
  number: { x86_64: 162 },
  args: [],
  support: "full",
  handler(thread) {
    for (const mount of thread.kernel.vfs.mounts.list()) {
      mount.fs.sync();
    }
    return syncDisks(thread);
  },
});

/** syncfs(2). */
export const syncfs: Syscall = defineSyscall({
  name: "syncfs",
  number: { x86_64: 306 },
  args: [fd()],
  support: "full",
  handler(thread, fileDescriptor) {
    const file = thread.files.get(fileDescriptor);
    if (file === undefined || file.isPathOnly) {
      return fail(Errno.EBADF);
    }
    return file.inode?.fs.sync() ?? 0;
  },
});
