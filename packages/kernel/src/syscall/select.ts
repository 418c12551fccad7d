// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { StructBuffer, Timeval, getU64 } from "../abi/layout.ts";
import {
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLOUT,
  POLLPRI,
  POLLRDBAND,
  POLLRDNORM,
  POLLWRBAND,
  POLLWRNORM,
  POLL_ALWAYS,
} from "../abi/poll.ts";
import type { Thread } from "../process/thread.ts";
import { ERESTARTNOHAND, fail } from "../result.ts";
import type { Result } from "../result.ts";
import { address, int, structIn } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { applyMask, beginWait, isWaitOver, remainingNs, isSticky } from "./poll-wait.ts";
import {
  putTimeval,
  readStruct,
  readTimespec,
  timevalAt,
  writeStruct,
  writeTimespec,
} from "./user-struct.ts";

/** What each of the three sets asks for (select(2), "Correspondence between select() and poll()"). */
const READ_EVENTS: number = POLLRDNORM | POLLRDBAND | POLLIN | POLLHUP | POLLERR;
const WRITE_EVENTS: number = POLLWRBAND | POLLWRNORM | POLLOUT | POLLERR;
const EXCEPT_EVENTS: number = POLLPRI;
const SET_EVENTS: readonly number[] = [READ_EVENTS, WRITE_EVENTS, EXCEPT_EVENTS];

const BITS_PER_WORD = 64;
const BYTES_PER_WORD = 8;

/** The three descriptor sets of a call: what is asked, and what is ready. */
class DescriptorSets {
  readonly count: number;
  readonly bytesPerSet: number;
  readonly asked: (Uint8Array | undefined)[] = [];
  readonly ready: (Uint8Array | undefined)[] = [];

  constructor(count: number) {
    this.count = count;
    this.bytesPerSet = Math.ceil(count / BITS_PER_WORD) * BYTES_PER_WORD;
  }

  /** Reads the sets at the addresses, where 0 stands for none; 0 or -EFAULT. */
  read(thread: Thread, addresses: readonly number[]): Result {
    const { bytesPerSet } = this;
    for (const from of addresses) {
      const bytes = from === 0 ? undefined : new Uint8Array(bytesPerSet);
      this.asked.push(bytes);
      this.ready.push(bytes === undefined ? undefined : new Uint8Array(bytesPerSet));
      if (bytes === undefined) continue;
      if (thread.memory.readBytes(from, bytes, 0, bytesPerSet) < bytesPerSet) {
        return fail(Errno.EFAULT);
      }
    }
    return 0;
  }

  write(thread: Thread, addresses: readonly number[]): Result {
    const { bytesPerSet } = this;
    for (let set = 0; set < addresses.length; set++) {
      const bytes = this.ready[set];
      const to = addresses[set] ?? 0;
      if (bytes === undefined) continue;
      if (thread.memory.writeBytes(to, bytes, 0, bytesPerSet) < bytesPerSet) {
        return fail(Errno.EFAULT);
      }
    }
    return 0;
  }

  /** The events that the sets ask for of `fd`; 0 where it is in none. */
  eventsOf(fd: number): number {
    let events = 0;
    for (let set = 0; set < SET_EVENTS.length; set++) {
      if (hasBit(this.asked[set], fd)) events |= SET_EVENTS[set] ?? 0;
    }
    return events;
  }

  /** Notes in which sets `fd` is ready; how many. */
  note(fd: number, events: number): number {
    let count = 0;
    for (let set = 0; set < SET_EVENTS.length; set++) {
      const bytes = this.ready[set];
      const isReady = hasBit(this.asked[set], fd) && (events & (SET_EVENTS[set] ?? 0)) !== 0;
      if (bytes === undefined || !isReady) continue;
      bytes[fd >>> 3] = (bytes[fd >>> 3] ?? 0) | (1 << (fd & 7));
      count++;
    }
    return count;
  }
}

function hasBit(bytes: Uint8Array | undefined, index: number): boolean {
  return bytes !== undefined && ((bytes[index >>> 3] ?? 0) & (1 << (index & 7))) !== 0;
}

/** How many set bits are ready, or -EBADF. */
function lookAtAll(thread: Thread, sets: DescriptorSets): Result {
  let ready = 0;
  for (let fd = 0; fd < sets.count; fd++) {
    const events = sets.eventsOf(fd);
    if (events === 0) continue;
    const file = thread.files.get(fd);
    if (file === undefined || file.isPathOnly) return fail(Errno.EBADF);
    ready += sets.note(fd, file.poll(undefined, events | POLL_ALWAYS));
  }
  return ready;
}

function registerOnAll(thread: Thread, sets: DescriptorSets): void {
  for (let fd = 0; fd < sets.count; fd++) {
    const events = sets.eventsOf(fd);
    if (events !== 0) thread.files.get(fd)?.poll(thread, events | POLL_ALWAYS);
  }
}

/** How many descriptors a table of Linux has places for, when so many are in use. */
function tableSize(used: number): number {
  let size = 256;
  while (size < used) size *= 2;
  return size;
}

function doSelect(thread: Thread, count: number, addresses: readonly number[]): Result {
  if (count < 0) return fail(Errno.EINVAL, "nfds is negative");
  // Bits beyond the descriptors that exist are not looked at, as on Linux.
  const sets = new DescriptorSets(Math.min(count, tableSize(thread.files.length)));
  const read = sets.read(thread, addresses);
  if (read < 0) return read;
  const ready = lookAtAll(thread, sets);
  if (ready < 0) return ready;
  if (ready === 0 && !isWaitOver(thread)) {
    if (thread.signalPending()) return ERESTARTNOHAND;
    registerOnAll(thread, sets);
    return thread.block(undefined, thread.restart.deadlineNs, ERESTARTNOHAND);
  }
  const written = sets.write(thread, addresses);
  return written < 0 ? written : ready;
}

function isFinal(result: Result): boolean {
  return result >= 0 || result === ERESTARTNOHAND;
}

/** select(2): the time left is told back, as only Linux does. */
export const select: Syscall = defineSyscall({
  name: "select",
  number: { x86_64: 23 },
  args: [
    int("nfds"),
    address("readfds"),
    address("writefds"),
    address("exceptfds"),
    structIn("timeout", "timeval"),
  ],
  support: "full",
  handler(thread, count, readSet, writeSet, exceptSet, timeoutAddress) {
    if (!thread.restart.entered) {
      const timeoutUs = timeoutAddress === 0 ? -1 : readTimeval(thread, timeoutAddress);
      if (timeoutAddress !== 0 && timeoutUs < 0) return timeoutUs;
      beginWait(thread, timeoutUs * 1000);
    }
    const result = doSelect(thread, count, [readSet, writeSet, exceptSet]);
    if (timeoutAddress !== 0 && isFinal(result) && !isSticky(thread)) {
      const buffer = new StructBuffer(Timeval.size);
      putTimeval(buffer.view, 0, Math.floor(remainingNs(thread) / 1000));
      writeStruct(thread, timeoutAddress, buffer);
    }
    return result;
  },
});

/** A timeval in microseconds. Linux takes more than a million of them in `tv_usec`. */
function readTimeval(thread: Thread, from: number): Result {
  const view = readStruct(thread, from, Timeval.size);
  if (view === undefined) return fail(Errno.EFAULT);
  const us = timevalAt(view, 0);
  if (us >= 0) return us;
  const seconds = view.getInt32(Timeval.sec + 4, true);
  const microseconds = view.getInt32(Timeval.usec + 4, true);
  if (seconds < 0 || microseconds < 0) return fail(Errno.EINVAL);
  return getU64(view, Timeval.sec) * 1_000_000 + getU64(view, Timeval.usec);
}

/** pselect6: select with a finer time and a signal mask, behind a pointer to its address and size. */
export const pselect6: Syscall = defineSyscall({
  name: "pselect6",
  number: { x86_64: 270 },
  args: [
    int("nfds"),
    address("readfds"),
    address("writefds"),
    address("exceptfds"),
    structIn("timeout", "timespec"),
    address("sigmask"),
  ],
  support: "full",
  handler(thread, count, readSet, writeSet, exceptSet, timeoutAddress, packAddress) {
    if (!thread.restart.entered) {
      const pack = packAddress === 0 ? undefined : readStruct(thread, packAddress, 16);
      if (packAddress !== 0 && pack === undefined) return fail(Errno.EFAULT);
      const timeout = timeoutAddress === 0 ? -1 : readTimespec(thread, timeoutAddress);
      if (timeoutAddress !== 0 && timeout < 0) return timeout;
      const masked = pack === undefined ? 0 : applyMask(thread, getU64(pack, 0), getU64(pack, 8));
      if (masked < 0) return masked;
      beginWait(thread, timeout);
    }
    const result = doSelect(thread, count, [readSet, writeSet, exceptSet]);
    if (timeoutAddress !== 0 && isFinal(result) && !isSticky(thread)) {
      writeTimespec(thread, timeoutAddress, remainingNs(thread));
    }
    return result;
  },
});
