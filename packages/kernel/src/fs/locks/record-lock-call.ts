// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import { F_RDLCK, F_UNLCK, F_WRLCK, SEEK } from "../../abi/fcntl.ts";
import { Flock } from "../../abi/file-layout.ts";
import { getI64, setU16, set32, set64, StructBuffer } from "../../abi/layout.ts";
import type { Thread } from "../../process/thread.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import type { OpenFile } from "../file.ts";
import { FileLocks, RecordLock } from "./file-locks.ts";

/** The largest offset in a file (loff_t). */
const OFFSET_MAX = 0x7fff_ffff_ffff_ffffn;

/** The largest length that is a number exactly. */
const LENGTH_MAX = 2 ** 63 - 1024;

/** A thread that waits in fcntl(F_SETLKW), for finding circles of waiters. */
class LockWait {
  readonly locks: FileLocks;
  readonly request: RecordLock;

  constructor(locks: FileLocks, request: RecordLock) {
    this.locks = locks;
    this.request = request;
  }
}

/** struct flock as the caller gave it, as a lock with absolute positions. */
function decode(
  file: OpenFile,
  buffer: StructBuffer,
  owner: object,
  pid: number,
): RecordLock | Result {
  const { view } = buffer;
  const type = view.getInt16(Flock.type, true);
  const whence = view.getInt16(Flock.whence, true);
  const length = getI64(view, Flock.len);
  const first = getI64(view, Flock.start);
  let base = 0;
  switch (whence) {
    case SEEK.SET:
      break;
    case SEEK.CUR:
      base = file.offset;
      break;
    case SEEK.END:
      base = file.inode?.size ?? 0;
      break;
    default:
      return fail(Errno.EINVAL, "the whence argument is unknown");
  }
  if (endsBeyondOffsets(view, base, first, length)) {
    return fail(Errno.EOVERFLOW, "the range ends beyond the largest offset");
  }
  const given = base + first;
  const start = length < 0 ? given + length : given;
  if (given < 0 || start < 0) {
    return fail(Errno.EINVAL, "the range starts before the file");
  }
  if (type !== F_RDLCK && type !== F_WRLCK && type !== F_UNLCK) {
    return fail(Errno.EINVAL, "the type of the lock is unknown");
  }
  const end = length === 0 ? Infinity : length < 0 ? given : given + length;
  return new RecordLock(owner, type, start, end, pid);
}

/**
 * Whether the range of struct flock has a byte behind the largest offset. `start` and `length` are its members as
 * near as numbers tell them; `start` counts from `base`.
 */
function endsBeyondOffsets(view: DataView, base: number, start: number, length: number): boolean {
  if (base + start + Math.max(0, length) < Number.MAX_SAFE_INTEGER) return false;
  // Rare, and beyond what numbers tell apart.
  const first = BigInt(base) + view.getBigInt64(Flock.start, true);
  const last = length > 0 ? first + view.getBigInt64(Flock.len, true) - 1n : first;
  return first > OFFSET_MAX || (first >= 0n && last > OFFSET_MAX);
}

/**
 * F_GETLK and F_OFD_GETLK: tells of a lock that would be in the way. F_OFD_GETLK with F_UNLCK tells of
 * the file's own, which an unlock would end.
 */
export function getRecordLock(
  thread: Thread,
  file: OpenFile,
  address: number,
  isOfd: boolean,
): Result {
  const buffer = new StructBuffer(Flock.size);
  if (thread.memory.readBytes(address, buffer.bytes, 0, Flock.size) < Flock.size) {
    return fail(Errno.EFAULT);
  }
  const { view } = buffer;
  const type = view.getInt16(Flock.type, true);
  if (!isOfd && type !== F_RDLCK && type !== F_WRLCK) {
    return fail(Errno.EINVAL, "the lock to ask for is neither for reading nor for writing");
  }
  const owner = isOfd ? file : thread.files;
  const lock = decode(file, buffer, owner, isOfd ? -1 : thread.process.pid);
  if (typeof lock === "number") {
    return lock;
  }
  if (isOfd && view.getInt32(Flock.pid, true) !== 0) {
    return fail(Errno.EINVAL, "l_pid is not zero");
  }
  const { locks } = file.inode ?? file;
  const other =
    lock.type === F_UNLCK
      ? locks?.ownedBy(owner, lock.start, lock.end)
      : locks?.conflict(owner, lock.type, lock.start, lock.end);
  if (other === undefined) {
    setU16(view, Flock.type, F_UNLCK);
  } else {
    setU16(view, Flock.type, other.type);
    setU16(view, Flock.whence, SEEK.SET);
    set64(view, Flock.start, other.start);
    // As far as numbers tell large lengths apart.
    const length = Math.min(other.end - other.start, LENGTH_MAX);
    set64(view, Flock.len, other.end === Infinity ? 0 : length);
    set32(view, Flock.pid, other.pid);
  }
  return thread.memory.writeBytes(address, buffer.bytes, 0, Flock.size) < Flock.size
    ? fail(Errno.EFAULT)
    : 0;
}

/** F_SETLK, F_SETLKW and their OFD forms. */
export function setRecordLock(
  thread: Thread,
  file: OpenFile,
  address: number,
  isOfd: boolean,
  waits: boolean,
): Result {
  const buffer = new StructBuffer(Flock.size);
  if (thread.memory.readBytes(address, buffer.bytes, 0, Flock.size) < Flock.size) {
    return fail(Errno.EFAULT);
  }
  const owner = isOfd ? file : thread.files;
  const lock = decode(file, buffer, owner, isOfd ? -1 : thread.process.pid);
  if (typeof lock === "number") {
    return lock;
  }
  if ((lock.type === F_RDLCK && !file.readable) || (lock.type === F_WRLCK && !file.writable)) {
    return fail(Errno.EBADF, "the file is not open for what the lock protects");
  }
  if (isOfd && buffer.view.getInt32(Flock.pid, true) !== 0) {
    return fail(Errno.EINVAL, "l_pid is not zero");
  }
  const holder = file.inode ?? file;
  holder.locks ??= new FileLocks();
  const { locks } = holder;
  if (lock.type !== F_UNLCK) {
    const other = locks.conflict(owner, lock.type, lock.start, lock.end);
    if (other !== undefined) {
      if (!waits) {
        return fail(Errno.EAGAIN, "another owner has locked a part of the range");
      }
      if (!isOfd && wouldDeadlock(thread, owner, other)) {
        return fail(Errno.EDEADLK, "the owner of that lock waits for this process");
      }
      thread.restart.data = new LockWait(locks, lock);
      return thread.block(locks.queue);
    }
  }
  locks.set(lock);
  return 0;
}

/** Whether the owner of `blocker` waits, perhaps through others, for a lock of `owner`. */
function wouldDeadlock(thread: Thread, owner: object, blocker: RecordLock): boolean {
  const seen = new Set<object>();
  let holder: object = blocker.owner;
  for (;;) {
    if (holder === owner) {
      return true;
    }
    if (seen.has(holder)) {
      return false;
    }
    seen.add(holder);
    const next = lockThatBlocks(thread, holder);
    if (next === undefined) {
      return false;
    }
    holder = next.owner;
  }
}

/** The lock that a thread of `owner` waits for. */
function lockThatBlocks(thread: Thread, owner: object): RecordLock | undefined {
  for (const other of thread.kernel.processes.threads.values()) {
    const wait = other.restart.data;
    if (wait instanceof LockWait && wait.request.owner === owner) {
      const { type, start, end } = wait.request;
      return wait.locks.conflict(owner, type, start, end);
    }
  }
  return undefined;
}
