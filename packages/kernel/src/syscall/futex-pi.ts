// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import type { FutexKey } from "../ipc/futex-key.ts";
import { FUTEX_BITSET_MATCH_ANY } from "../ipc/futex-wake.ts";
import { FUTEX_OWNER_DIED, FUTEX_TID_MASK, FUTEX_WAITERS } from "../ipc/futex-word.ts";
import { FutexWaiter } from "../ipc/futex.ts";
import type { PiLock } from "../ipc/pi-lock.ts";
import type { Thread } from "../process/thread.ts";
import { ERESTARTNOINTR, fail } from "../result.ts";
import type { Result } from "../result.ts";
import { checkWord, keyOf } from "./futex-args.ts";

/** What `takeLock` says when it gave the lock. */
const TAKEN = 1;

/** FUTEX_LOCK_PI, FUTEX_LOCK_PI2; FUTEX_TRYLOCK_PI with `isTry`. */
export function lockPi(
  thread: Thread,
  word: number,
  deadline: number,
  isPrivate: boolean,
  isTry: boolean,
): Result {
  const { restart, kernel } = thread;
  const known = restart.data;
  let waiter: FutexWaiter;
  if (known instanceof FutexWaiter) {
    waiter = known;
  } else {
    const key = keyOf(thread, word, isPrivate);
    if (typeof key === "number") return key;
    const lock = takeLock(thread, thread, word, key, false);
    if (typeof lock === "number") return lock === TAKEN ? 0 : lock;
    if (isTry) {
      kernel.piLocks.settle(lock);
      return fail(Errno.EAGAIN, "another thread has the lock");
    }
    waiter = new FutexWaiter(thread, key, FUTEX_BITSET_MATCH_ANY);
    kernel.piLocks.wait(lock, waiter);
    restart.data = waiter;
    restart.deadlineNs = deadline;
  }
  return awaitLock(thread, waiter, word, -Errno.EINTR);
}

/**
 * Gives the lock at `word` to `taker` when it is free: TAKEN. Otherwise its state, to wait for, or
 * an error. `thread` is the caller, whose memory holds the word.
 */
function takeLock(
  thread: Thread,
  taker: Thread,
  word: number,
  key: FutexKey,
  hasWaiters: boolean,
): PiLock | Result {
  const { memory, kernel } = thread;
  const value = memory.readU32(word);
  if (value < 0) return fail(Errno.EFAULT);
  const ownerTid = (value & FUTEX_TID_MASK) >>> 0;
  if (ownerTid === taker.tid) return fail(Errno.EDEADLK, "the thread has the lock already");
  const known = kernel.piLocks.find(key);
  if (known !== undefined) {
    if (!known.isInherited && known.owner.tid !== ownerTid) {
      return fail(Errno.EINVAL, "the word does not name the owner");
    }
    return kernel.piLocks.wouldDeadlock(taker, known) ? fail(Errno.EDEADLK) : known;
  }
  if (kernel.futexes.first(key) !== undefined) {
    return fail(Errno.EINVAL, "others wait for the word without priority inheritance");
  }
  if (ownerTid === 0) {
    const waiters = hasWaiters ? FUTEX_WAITERS : 0;
    const taken = ((value & FUTEX_OWNER_DIED) | taker.tid | waiters) >>> 0;
    return memory.writeU32(word, taken) ? TAKEN : fail(Errno.EFAULT);
  }
  if (!memory.writeU32(word, (value | FUTEX_WAITERS) >>> 0)) return fail(Errno.EFAULT);
  const owner = kernel.processes.getThread(ownerTid);
  if (owner === undefined) return fail(Errno.ESRCH, "the word names no thread");
  const lock = kernel.piLocks.add(key, owner);
  if (!kernel.piLocks.wouldDeadlock(taker, lock)) return lock;
  kernel.piLocks.settle(lock);
  return fail(Errno.EDEADLK);
}

/**
 * Waits until the waiter has been given the lock at `word`. After a signal the call is made again,
 * or fails with `onSignal` where that is not -EINTR.
 */
function awaitLock(thread: Thread, waiter: FutexWaiter, word: number, onSignal: Result): Result {
  const { restart, kernel } = thread;
  if (waiter.isWoken) return finishLock(thread, waiter, word);
  const isInterrupted = thread.signalPending();
  if (restart.timedOut || isInterrupted) {
    kernel.piLocks.remove(waiter);
    restart.data = undefined;
    if (restart.timedOut) return fail(Errno.ETIMEDOUT);
    return onSignal === -Errno.EINTR ? ERESTARTNOINTR : onSignal;
  }
  return thread.block(undefined, restart.deadlineNs, ERESTARTNOINTR);
}

/** The thread has the lock: an heir says so in the word. */
function finishLock(thread: Thread, waiter: FutexWaiter, word: number): Result {
  const { lock } = waiter;
  thread.restart.data = undefined;
  if (lock === undefined) return 0;
  waiter.lock = undefined;
  let result: Result = 0;
  if (lock.isInherited) {
    lock.isInherited = false;
    const heir = (FUTEX_WAITERS | FUTEX_OWNER_DIED | thread.tid) >>> 0;
    if (!thread.memory.writeU32(word, heir)) result = fail(Errno.EFAULT);
  }
  thread.kernel.piLocks.settle(lock);
  return result;
}

/** FUTEX_UNLOCK_PI. */
export function unlockPi(thread: Thread, word: number, isPrivate: boolean): Result {
  const { memory, kernel } = thread;
  const value = memory.readU32(word);
  if (value < 0) return fail(Errno.EFAULT);
  if ((value & FUTEX_TID_MASK) !== thread.tid) {
    return fail(Errno.EPERM, "the thread does not have the lock");
  }
  const key = keyOf(thread, word, isPrivate);
  if (typeof key === "number") return key;
  const lock = kernel.piLocks.find(key);
  if (lock === undefined) {
    if (kernel.futexes.first(key) !== undefined) {
      return fail(Errno.EINVAL, "others wait for the word without priority inheritance");
    }
    return memory.writeU32(word, 0) ? 0 : fail(Errno.EFAULT);
  }
  if (lock.owner !== thread) return fail(Errno.EINVAL, "the word does not name the owner");
  const { next } = lock;
  const named = next === undefined ? 0 : (FUTEX_WAITERS | next.thread.tid) >>> 0;
  if (!memory.writeU32(word, named)) return fail(Errno.EFAULT);
  kernel.piLocks.passOn(lock);
  kernel.piLocks.settle(lock);
  return 0;
}

/** FUTEX_WAIT_REQUEUE_PI: waits at `word`; woken, the caller has the lock at `target`. */
export function waitRequeuePi(
  thread: Thread,
  word: number,
  expected: number,
  target: number,
  deadline: number,
  isPrivate: boolean,
): Result {
  const { restart, kernel } = thread;
  const known = restart.data;
  let waiter: FutexWaiter;
  if (known instanceof FutexWaiter) {
    waiter = known;
  } else {
    const from = keyOf(thread, word, isPrivate);
    if (typeof from === "number") return from;
    const to = keyOf(thread, target, isPrivate);
    if (typeof to === "number") return to;
    if (isSame(from, to)) return fail(Errno.EINVAL, "both words are one");
    const checked = checkWord(thread, word, expected);
    if (checked < 0) return checked;
    waiter = new FutexWaiter(thread, from, FUTEX_BITSET_MATCH_ANY, to);
    kernel.futexes.add(waiter);
    restart.data = waiter;
    restart.deadlineNs = deadline;
  }
  // Once moved to the lock it can not begin anew: the wake-up is spent.
  if (waiter.lock !== undefined || waiter.isWoken) {
    return awaitLock(thread, waiter, target, -Errno.EAGAIN);
  }
  const isInterrupted = thread.signalPending();
  if (restart.timedOut || isInterrupted) {
    kernel.futexes.remove(waiter);
    restart.data = undefined;
    return restart.timedOut ? fail(Errno.ETIMEDOUT) : ERESTARTNOINTR;
  }
  return thread.block(undefined, restart.deadlineNs, ERESTARTNOINTR);
}

/**
 * FUTEX_CMP_REQUEUE_PI: the first waiter at `word` gets the lock at `target` if it is free, up to
 * `moveCount` others wait for it. How many were woken or moved.
 */
export function requeuePi(
  thread: Thread,
  word: number,
  wakeCount: number,
  moveCount: number,
  target: number,
  isPrivate: boolean,
  expected: number,
): Result {
  if (wakeCount !== 1 || moveCount < 0) return fail(Errno.EINVAL, "exactly one is woken");
  const from = keyOf(thread, word, isPrivate);
  if (typeof from === "number") return from;
  const to = keyOf(thread, target, isPrivate);
  if (typeof to === "number") return to;
  if (isSame(from, to)) return fail(Errno.EINVAL, "both words are one");
  const checked = checkWord(thread, word, expected);
  if (checked < 0) return checked;
  const { futexes, piLocks } = thread.kernel;
  let done = 0;
  while (done - wakeCount < moveCount) {
    const waiter = futexes.first(from);
    if (waiter === undefined) break;
    if (waiter.target === undefined || !isSame(waiter.target, to)) {
      return fail(Errno.EINVAL, "a waiter does not wait to get this lock");
    }
    const lock = takeLock(thread, waiter.thread, target, to, moveCount > 0);
    if (typeof lock === "number" && lock !== TAKEN) return done > 0 ? done : lock;
    futexes.remove(waiter);
    if (typeof lock === "number") {
      waiter.isWoken = true;
      waiter.thread.wake();
    } else {
      piLocks.wait(lock, waiter);
    }
    done++;
  }
  return done;
}

function isSame(a: FutexKey, b: FutexKey): boolean {
  return a.space === b.space && a.key === b.key;
}
