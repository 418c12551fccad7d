// SPDX-License-Identifier: MPL-2.0

import { WaitQueue } from "@aster/ostd";
import { F_UNLCK, F_WRLCK } from "../../abi/fcntl.ts";

/**
 * Who holds a lock: the open file description for flock(2) and OFD locks, the descriptor table
 * for the record locks of POSIX (which is what Linux calls the owner of a process's locks).
 */
export type LockOwner = object;

/** A range of a file that its owner has locked with fcntl(2). */
export class RecordLock {
  readonly owner: LockOwner;
  /** F_RDLCK or F_WRLCK. */
  readonly type: number;
  /** First byte. */
  readonly start: number;
  /** One past the last byte; Infinity for "to the end, however far it grows". */
  readonly end: number;
  /** What F_GETLK tells: the process, or -1 for OFD locks. */
  readonly pid: number;

  constructor(owner: LockOwner, type: number, start: number, end: number, pid: number) {
    this.owner = owner;
    this.type = type;
    this.start = start;
    this.end = end;
    this.pid = pid;
  }

  overlaps(start: number, end: number): boolean {
    return this.start < end && start < this.end;
  }

  /** A part of this lock. */
  part(start: number, end: number): RecordLock {
    return new RecordLock(this.owner, this.type, start, end, this.pid);
  }
}

/** A lock of flock(2), on the whole file. */
interface WholeLock {
  readonly owner: LockOwner;
  readonly isExclusive: boolean;
  /** The process that took it, for /proc/locks. */
  readonly pid: number;
}

/** The advisory locks of one inode: flock(2), and the records of fcntl(2). */
export class FileLocks {
  /** Those of an owner together and by their starts, the owner first that has held one for longest, as on Linux. */
  private records: RecordLock[] = [];
  private wholes: WholeLock[] = [];
  /** Waits for some lock of the file to go. */
  readonly queue: WaitQueue = new WaitQueue();

  /** The first lock of another owner that keeps `owner` from getting the range; undefined if none. */
  conflict(owner: LockOwner, type: number, start: number, end: number): RecordLock | undefined {
    return this.records.find(
      (lock) =>
        lock.owner !== owner &&
        lock.overlaps(start, end) &&
        (type === F_WRLCK || lock.type === F_WRLCK),
    );
  }

  /** The first lock of `owner` in the range. */
  ownedBy(owner: LockOwner, start: number, end: number): RecordLock | undefined {
    return this.records.find((lock) => lock.owner === owner && lock.overlaps(start, end));
  }

  /** Sets the range to the type of `request`, which conflicts with none; F_UNLCK gives it up. */
  set(request: RecordLock): void {
    const first = this.records.findIndex(({ owner }) => owner === request.owner);
    const at = first < 0 ? this.records.length : first;
    const others = this.records.filter(({ owner }) => owner !== request.owner);
    const kept: RecordLock[] = [];
    let { start, end } = request;
    for (const lock of this.records) {
      if (lock.owner !== request.owner) continue;
      const touches = lock.start <= end && start <= lock.end;
      if (lock.type === request.type && touches) {
        // Neighbours of one type are one lock.
        start = Math.min(start, lock.start);
        end = Math.max(end, lock.end);
        continue;
      }
      if (!lock.overlaps(request.start, request.end)) {
        kept.push(lock);
        continue;
      }
      if (lock.start < request.start) {
        kept.push(lock.part(lock.start, request.start));
      }
      if (lock.end > request.end) {
        kept.push(lock.part(request.end, lock.end));
      }
    }
    if (request.type !== F_UNLCK) {
      kept.push(request.part(start, end));
    }
    kept.sort((a, b) => a.start - b.start);
    others.splice(at, 0, ...kept);
    this.records = others;
    this.queue.wakeAll();
  }

  /** Whether flock(2) would have to wait. */
  wholeConflicts(owner: LockOwner, isExclusive: boolean): boolean {
    return this.wholes.some((lock) => lock.owner !== owner && (isExclusive || lock.isExclusive));
  }

  /** flock(2): takes, changes or (with undefined) gives up the lock of `owner`. */
  setWhole(owner: LockOwner, isExclusive: boolean | undefined, pid: number): void {
    this.wholes = this.wholes.filter((lock) => lock.owner !== owner);
    if (isExclusive !== undefined) {
      this.wholes.push({ owner, isExclusive, pid });
    }
    this.queue.wakeAll();
  }

  /** Gives up every lock of `owner` and wakes who waits. */
  releaseOwner(owner: LockOwner): void {
    const before = this.records.length + this.wholes.length;
    if (before === 0) {
      return;
    }
    this.records = this.records.filter((lock) => lock.owner !== owner);
    this.wholes = this.wholes.filter((lock) => lock.owner !== owner);
    if (this.records.length + this.wholes.length !== before) {
      this.queue.wakeAll();
    }
  }

  wholeLocks(): readonly WholeLock[] {
    return this.wholes;
  }
  recordLocks(): readonly RecordLock[] {
    return this.records;
  }
}
