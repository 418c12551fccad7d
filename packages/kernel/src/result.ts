// SPDX-License-Identifier: MPL-2.0

import type { Errno } from "./abi/errno.ts";

/**
 * What kernel operations return: a number ≥ 0 on success, minus an errno on failure, or
 * one of the sentinels below. A plain number, so that nothing is allocated or thrown.
 */
export type Result = number;

/**
 * "Call me again": the operation can not complete yet and has changed nothing but the thread's
 * restart block. The thread's block record says what to wait for; the task's loop alone parks.
 */
export const BLOCKED: Result = -0x4000_0000;

/**
 * The call has set the registers itself, result included: rt_sigreturn(2), a successful execve(2),
 * exit(2).
 */
export const REGISTERS_SET: Result = -0x4000_0001;

/**
 * What a blocked call becomes when a signal arrives, as in Linux (include/linux/errno.h). They
 * never reach user space: signal delivery turns them into EINTR or into a restart of the call.
 */
export const ERESTARTSYS: Result = -512;
export const ERESTARTNOINTR: Result = -513;
export const ERESTARTNOHAND: Result = -514;
export const ERESTART_RESTARTBLOCK: Result = -516;

/**
 * Fails with `errno`. The reason is for the reader and for the kernel's log: lower case, in the
 * tone of a man page, e.g. `fail(Errno.EINVAL, "the whence argument is unknown")`.
 */
export function fail(errno: Errno, _reason?: string): Result {
  return -errno;
}

export function isError(result: Result): boolean {
  return result < 0;
}
