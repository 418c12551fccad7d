// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import {
  EPOLLET,
  EPOLLEXCLUSIVE,
  EPOLLWAKEUP,
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
  EpollEventNames,
  EpollOperationNames,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLOUT,
} from "../abi/poll.ts";
import { installOpened } from "../fs/descriptor.ts";
import { EpollFile } from "../ipc/event/epoll.ts";
import type { EpollRequest, EpollSink } from "../ipc/event/epoll.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { address, fd, flags, int, oneOf, size, structIn } from "./args.ts";
import { TASK_SIZE } from "../vm/layout.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { among } from "./scml.ts";
import { NS_PER_MS, applyMask, beginWait, isWaitOver } from "./poll-wait.ts";
import { readStruct, readTimespec } from "./user-struct.ts";

/** struct epoll_event is packed on x86-64: le32 events, le64 data. */
const EVENT_BYTES = 12;
const MAX_EVENTS = Math.floor(0x7fff_ffff / EVENT_BYTES);
/** What an exclusive entry may ask for (EPOLLEXCLUSIVE_OK_BITS). */
const EXCLUSIVE_ALLOWED =
  EPOLLET + EPOLLWAKEUP + EPOLLEXCLUSIVE + POLLIN + POLLOUT + POLLERR + POLLHUP;

function create(thread: Thread, createFlags: number): Result {
  if ((createFlags & ~EPOLL_CLOEXEC) !== 0) return fail(Errno.EINVAL);
  return installOpened(thread, new EpollFile(thread.kernel), createFlags);
}

/** epoll_create(2). */
export const epoll_create: Syscall = defineSyscall({
  name: "epoll_create",
  number: { x86_64: 213 },
  args: [int("size")],
  support: "full",
  handler: (thread, sizeHint) => (sizeHint <= 0 ? fail(Errno.EINVAL) : create(thread, 0)),
});

/** epoll_create1(2). */
export const epoll_create1: Syscall = defineSyscall({
  name: "epoll_create1",
  number: { x86_64: 291 },
  args: [flags("flags", { EPOLL_CLOEXEC })],
  support: "full",
  handler: create,
});

/** epoll_ctl(2). */
export const epoll_ctl: Syscall = defineSyscall({
  name: "epoll_ctl",
  number: { x86_64: 233 },
  args: [fd("epfd"), oneOf("op", EpollOperationNames), fd(), structIn("event", "epoll_event")],
  scml: [{ event: `{ events = ${among(EpollEventNames)}, .. }` }],
  support: "full",
  handler: control,
});

function control(
  thread: Thread,
  epollFd: number,
  operation: number,
  fileDescriptor: number,
  eventAddress: number,
): Result {
  const takesEvent = operation !== EPOLL_CTL_DEL;
  const view = takesEvent ? readStruct(thread, eventAddress, EVENT_BYTES) : undefined;
  if (takesEvent && view === undefined) return fail(Errno.EFAULT);
  const epoll = thread.files.get(epollFd);
  const file = thread.files.get(fileDescriptor);
  if (epoll === undefined || file === undefined) return fail(Errno.EBADF);
  if (file.isPathOnly || epoll.isPathOnly) return fail(Errno.EBADF);
  if (file.pollQueues().length === 0) return fail(Errno.EPERM, "the file can not be watched");
  if (file === epoll || !(epoll instanceof EpollFile)) return fail(Errno.EINVAL);
  if (view === undefined) {
    return operation === EPOLL_CTL_DEL ? epoll.remove(file, fileDescriptor) : fail(Errno.EINVAL);
  }
  const request = {
    events: view.getUint32(0, true),
    dataLow: view.getInt32(4, true),
    dataHigh: view.getInt32(8, true),
  };
  const allowed = checkExclusive(request, operation, file instanceof EpollFile);
  if (allowed < 0) return allowed;
  if (operation === EPOLL_CTL_ADD) return epoll.add(file, fileDescriptor, request);
  if (operation === EPOLL_CTL_MOD) return epoll.modify(file, fileDescriptor, request);
  return fail(Errno.EINVAL, "the operation is unknown");
}

function checkExclusive(request: EpollRequest, operation: number, isEpoll: boolean): Result {
  if ((request.events & EPOLLEXCLUSIVE) === 0) return 0;
  if (operation === EPOLL_CTL_MOD) return fail(Errno.EINVAL);
  const hasOther = (request.events & ~EXCLUSIVE_ALLOWED) !== 0;
  if (operation === EPOLL_CTL_ADD && (isEpoll || hasOther)) return fail(Errno.EINVAL);
  return 0;
}

/** Writes events to user memory as they are collected. */
class UserEvents implements EpollSink {
  private readonly thread: Thread;
  private readonly base: number;
  private readonly bytes: Uint8Array = new Uint8Array(EVENT_BYTES);
  private readonly view: DataView = new DataView(this.bytes.buffer);
  private count = 0;
  faulted = false;

  constructor(thread: Thread, base: number) {
    this.thread = thread;
    this.base = base;
  }

  emit(events: number, dataLow: number, dataHigh: number): boolean {
    this.view.setUint32(0, events, true);
    this.view.setInt32(4, dataLow, true);
    this.view.setInt32(8, dataHigh, true);
    const at = this.base + this.count * EVENT_BYTES;
    this.faulted = this.thread.memory.writeBytes(at, this.bytes, 0, EVENT_BYTES) < EVENT_BYTES;
    this.count++;
    return !this.faulted;
  }
}

function wait(thread: Thread, epollFd: number, eventsAddress: number, most: number): Result {
  const epoll = thread.files.get(epollFd);
  if (epoll === undefined || epoll.isPathOnly) return fail(Errno.EBADF);
  if (most <= 0 || most > MAX_EVENTS) return fail(Errno.EINVAL, "maxevents is out of range");
  if (eventsAddress + most * EVENT_BYTES > TASK_SIZE) return fail(Errno.EFAULT);
  if (!(epoll instanceof EpollFile)) return fail(Errno.EINVAL, "not an epoll file");
  const sink = new UserEvents(thread, eventsAddress);
  const count = epoll.collect(sink, most);
  if (count > 0) return count;
  if (sink.faulted) return fail(Errno.EFAULT);
  if (isWaitOver(thread)) return 0;
  return thread.block(epoll.queue, thread.restart.deadlineNs, -Errno.EINTR);
}

/** epoll_wait(2). */
export const epoll_wait: Syscall = defineSyscall({
  name: "epoll_wait",
  number: { x86_64: 232 },
  args: [fd("epfd"), address("events"), int("maxevents"), int("timeout")],
  support: "full",
  handler(thread, epollFd, eventsAddress, most, timeoutMs) {
    beginWait(thread, timeoutMs * NS_PER_MS);
    return wait(thread, epollFd, eventsAddress, most);
  },
});

/** epoll_pwait(2). */
export const epoll_pwait: Syscall = defineSyscall({
  name: "epoll_pwait",
  number: { x86_64: 281 },
  args: [
    fd("epfd"),
    address("events"),
    int("maxevents"),
    int("timeout"),
    structIn("sigmask", "sigset"),
    size("sigsetsize"),
  ],
  support: "full",
  handler(thread, epollFd, eventsAddress, most, timeoutMs, maskAddress, maskSize) {
    const masked = maskFirst(thread, maskAddress, maskSize);
    if (masked < 0) return masked;
    beginWait(thread, timeoutMs * NS_PER_MS);
    return wait(thread, epollFd, eventsAddress, most);
  },
});

/** Sets the temporary mask when the call begins. */
function maskFirst(thread: Thread, maskAddress: number, maskSize: number): Result {
  return thread.restart.entered ? 0 : applyMask(thread, maskAddress, maskSize);
}

/** epoll_pwait2(2): with a finer time. */
export const epoll_pwait2: Syscall = defineSyscall({
  name: "epoll_pwait2",
  number: { x86_64: 441 },
  args: [
    fd("epfd"),
    address("events"),
    int("maxevents"),
    structIn("timeout", "timespec"),
    structIn("sigmask", "sigset"),
    size("sigsetsize"),
  ],
  support: "full",
  handler(thread, epollFd, eventsAddress, most, timeoutAddress, maskAddress, maskSize) {
    if (!thread.restart.entered) {
      const timeout = timeoutAddress === 0 ? -1 : readTimespec(thread, timeoutAddress);
      if (timeoutAddress !== 0 && timeout < 0) return timeout;
      const masked = applyMask(thread, maskAddress, maskSize);
      if (masked < 0) return masked;
      beginWait(thread, timeout);
    }
    return wait(thread, epollFd, eventsAddress, most);
  },
});
