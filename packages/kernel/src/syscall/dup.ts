// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { O } from "../abi/fcntl.ts";
import { descriptorLimit } from "../fs/descriptor.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { fd, flags } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

/** dup(2). */
export const dup: Syscall = defineSyscall({
  name: "dup",
  number: { x86_64: 32 },
  args: [fd("oldfd")],
  support: "full",
  handler(thread, oldFd) {
    const file = thread.files.get(oldFd);
    if (file === undefined) {
      return fail(Errno.EBADF);
    }
    const newFd = thread.files.install(file, false, descriptorLimit(thread));
    if (newFd >= 0) {
      file.retain();
    }
    return newFd;
  },
});

function duplicateTo(thread: Thread, oldFd: number, newFd: number, closeOnExec: boolean): Result {
  const { files } = thread;
  const file = files.get(oldFd);
  if (file === undefined || newFd < 0 || newFd >= descriptorLimit(thread)) {
    return fail(Errno.EBADF, "a descriptor is not open, or out of range");
  }
  file.retain();
  if (files.get(newFd) !== undefined) {
    files.close(thread, newFd);
  }
  files.place(newFd, file, closeOnExec);
  return newFd;
}

/** dup2(2). */
export const dup2: Syscall = defineSyscall({
  name: "dup2",
  number: { x86_64: 33 },
  args: [fd("oldfd"), fd("newfd")],
  support: "full",
  handler(thread, oldFd, newFd) {
    if (oldFd === newFd) {
      return thread.files.get(oldFd) === undefined ? fail(Errno.EBADF) : newFd;
    }
    return duplicateTo(thread, oldFd, newFd, false);
  },
});

/** dup3(2). */
export const dup3: Syscall = defineSyscall({
  name: "dup3",
  number: { x86_64: 292 },
  args: [fd("oldfd"), fd("newfd"), flags("flags", { O_CLOEXEC: O.CLOEXEC })],
  support: "full",
  handler(thread, oldFd, newFd, dupFlags) {
    if ((dupFlags & ~O.CLOEXEC) !== 0 || oldFd === newFd) {
      return fail(Errno.EINVAL, "the flags are unknown, or the descriptors are equal");
    }
    return duplicateTo(thread, oldFd, newFd, dupFlags !== 0);
  },
});
