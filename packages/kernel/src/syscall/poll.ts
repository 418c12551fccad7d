// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { POLLNVAL, POLL_ALWAYS, PollNames } from "../abi/poll.ts";
import { descriptorLimit } from "../fs/descriptor.ts";
import type { Thread } from "../process/thread.ts";
import { ERESTARTNOHAND, ERESTART_RESTARTBLOCK, fail } from "../result.ts";
import type { Result } from "../result.ts";
import { TASK_SIZE } from "../vm/layout.ts";
import { address, int, size, structIn, uint } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { among } from "./scml.ts";
import { NS_PER_MS, applyMask, beginWait, isWaitOver, remainingNs, isSticky } from "./poll-wait.ts";
import { readTimespec, writeTimespec } from "./user-struct.ts";

const POLLFDS = `[{ events = ${among(PollNames)}, .. }]`;

/** struct pollfd: int fd, short events, short revents. */
const POLLFD_BYTES = 8;
const REVENTS = 6;

/** Fills in `revents` of all entries; how many have any. */
function lookAtAll(thread: Thread, view: DataView, count: number): number {
  let ready = 0;
  for (let index = 0; index < count; index++) {
    const at = index * POLLFD_BYTES;
    const events = lookAt(thread, view.getInt32(at, true), view.getUint16(at + 4, true));
    view.setUint16(at + REVENTS, events, true);
    if (events !== 0) ready++;
  }
  return ready;
}

function lookAt(thread: Thread, fd: number, wanted: number): number {
  if (fd < 0) return 0;
  const file = thread.files.get(fd);
  if (file === undefined || file.isPathOnly) return POLLNVAL;
  const events = wanted | POLL_ALWAYS;
  return file.poll(undefined, events) & events;
}

function registerOnAll(thread: Thread, view: DataView, count: number): void {
  for (let index = 0; index < count; index++) {
    const at = index * POLLFD_BYTES;
    const file = thread.files.get(view.getInt32(at, true));
    file?.poll(thread, view.getUint16(at + 4, true) | POLL_ALWAYS);
  }
}

/** `interrupted` is what a signal makes of the call. */
function doPoll(thread: Thread, fdsAddress: number, count: number, interrupted: Result): Result {
  if (count > descriptorLimit(thread)) return fail(Errno.EINVAL, "more than RLIMIT_NOFILE");
  const length = count * POLLFD_BYTES;
  if (fdsAddress > TASK_SIZE) return fail(Errno.EFAULT);
  const { scratch } = thread.kernel.vfs;
  const isSmall = length <= scratch.bytes.length;
  const bytes = isSmall ? scratch.bytes : new Uint8Array(length);
  const view = isSmall ? scratch.view : new DataView(bytes.buffer);
  if (thread.memory.readBytes(fdsAddress, bytes, 0, length) < length) return fail(Errno.EFAULT);
  const ready = lookAtAll(thread, view, count);
  if (ready === 0 && !isWaitOver(thread)) {
    if (thread.signalPending()) return interrupted;
    registerOnAll(thread, view, count);
    return thread.block(undefined, thread.restart.deadlineNs, interrupted);
  }
  if (thread.memory.writeBytes(fdsAddress, bytes, 0, length) < length) return fail(Errno.EFAULT);
  return ready;
}

/** poll(2). */
export const poll: Syscall = defineSyscall({
  name: "poll",
  number: { x86_64: 7 },
  args: [address("fds"), uint("nfds"), int("timeout")],
  scml: [{ fds: POLLFDS }],
  support: "full",
  handler(thread, fdsAddress, count, timeoutMs) {
    beginWait(thread, timeoutMs * NS_PER_MS);
    return doPoll(thread, fdsAddress, count, ERESTART_RESTARTBLOCK);
  },
});

/** ppoll(2): as poll, with a finer time, which is told back, and a signal mask. */
export const ppoll: Syscall = defineSyscall({
  name: "ppoll",
  number: { x86_64: 271 },
  args: [
    address("fds"),
    uint("nfds"),
    structIn("tmo_p", "timespec"),
    structIn("sigmask", "sigset"),
    size("sigsetsize"),
  ],
  scml: [{ fds: POLLFDS }],
  support: "full",
  handler(thread, fdsAddress, count, timeoutAddress, maskAddress, maskSize) {
    if (!thread.restart.entered) {
      const timeout = timeoutAddress === 0 ? -1 : readTimespec(thread, timeoutAddress);
      if (timeoutAddress !== 0 && timeout < 0) return timeout;
      const masked = applyMask(thread, maskAddress, maskSize);
      if (masked < 0) return masked;
      beginWait(thread, timeout);
    }
    const result = doPoll(thread, fdsAddress, count, ERESTARTNOHAND);
    tellRemaining(thread, timeoutAddress, result);
    return result;
  },
});

/** Linux tells what is left of the time; where that can not be written, nothing is said of it. */
function tellRemaining(thread: Thread, timeoutAddress: number, result: Result): void {
  const isFinal = result >= 0 || result === ERESTARTNOHAND;
  if (timeoutAddress !== 0 && isFinal && !isSticky(thread))
    writeTimespec(thread, timeoutAddress, remainingNs(thread));
}
