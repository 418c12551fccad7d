// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { O } from "../abi/fcntl.ts";
import { installOpened } from "../fs/descriptor.ts";
import { EventFile } from "../ipc/event/eventfd.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { flags, uint } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

const EFD_SEMAPHORE = 1;
const EFD_CLOEXEC: number = O.CLOEXEC;
const EFD_NONBLOCK: number = O.NONBLOCK;

function create(thread: Thread, initial: number, eventFlags: number): Result {
  if ((eventFlags & ~(EFD_SEMAPHORE | EFD_CLOEXEC | EFD_NONBLOCK)) !== 0) {
    return fail(Errno.EINVAL, "the flags are unknown");
  }
  const isSemaphore = (eventFlags & EFD_SEMAPHORE) !== 0;
  const file = new EventFile(thread.kernel, initial, isSemaphore, eventFlags & EFD_NONBLOCK);
  return installOpened(thread, file, eventFlags);
}

/** eventfd(2). */
export const eventfd: Syscall = defineSyscall({
  name: "eventfd",
  number: { x86_64: 284 },
  args: [uint("initval")],
  support: "full",
  handler: (thread, initial) => create(thread, initial, 0),
});

/** eventfd2(2). */
export const eventfd2: Syscall = defineSyscall({
  name: "eventfd2",
  number: { x86_64: 290 },
  args: [uint("initval"), flags("flags", { EFD_SEMAPHORE, EFD_CLOEXEC, EFD_NONBLOCK })],
  support: "full",
  handler: create,
});
