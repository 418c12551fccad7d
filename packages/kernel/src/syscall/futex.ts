// SPDX-License-Identifier: MPL-2.0

import { Reg } from "@aster/ostd";
import { Errno } from "../abi/errno.ts";
import { FUTEX_BITSET_MATCH_ANY } from "../ipc/futex-wake.ts";
import { FutexWaiter } from "../ipc/futex.ts";
import type { Thread } from "../process/thread.ts";
import { ERESTART_RESTARTBLOCK, ERESTARTSYS, fail } from "../result.ts";
import type { Result } from "../result.ts";
import { address, flags, structIn, uint } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { among } from "./scml.ts";
import { checkWord, deadlineOf, keyOf } from "./futex-args.ts";
import { lockPi, requeuePi, unlockPi, waitRequeuePi } from "./futex-pi.ts";

const FUTEX_WAIT = 0;
const FUTEX_WAKE = 1;
const FUTEX_REQUEUE = 3;
const FUTEX_CMP_REQUEUE = 4;
const FUTEX_WAKE_OP = 5;
const FUTEX_LOCK_PI = 6;
const FUTEX_UNLOCK_PI = 7;
const FUTEX_TRYLOCK_PI = 8;
const FUTEX_WAIT_BITSET = 9;
const FUTEX_WAKE_BITSET = 10;
const FUTEX_WAIT_REQUEUE_PI = 11;
const FUTEX_CMP_REQUEUE_PI = 12;
const FUTEX_LOCK_PI2 = 13;
const FUTEX_PRIVATE_FLAG = 128;
const FUTEX_CLOCK_REALTIME = 256;

const FutexNames = {
  FUTEX_PRIVATE_FLAG,
  FUTEX_CLOCK_REALTIME,
  FUTEX_WAKE,
  FUTEX_REQUEUE,
  FUTEX_CMP_REQUEUE,
  FUTEX_WAKE_OP,
  FUTEX_LOCK_PI,
  FUTEX_UNLOCK_PI,
  FUTEX_TRYLOCK_PI,
  FUTEX_WAIT_BITSET,
  FUTEX_WAKE_BITSET,
  FUTEX_WAIT_REQUEUE_PI,
  FUTEX_CMP_REQUEUE_PI,
  FUTEX_LOCK_PI2,
} as const;

function wait(
  thread: Thread,
  word: number,
  expected: number,
  bitset: number,
  isPrivate: boolean,
  deadline: number,
): Result {
  const { restart, kernel } = thread;
  const known = restart.data;
  if (known instanceof FutexWaiter) {
    if (known.isWoken) return 0;
    if (restart.timedOut) {
      kernel.futexes.remove(known);
      return fail(Errno.ETIMEDOUT);
    }
  } else {
    if (bitset === 0) return fail(Errno.EINVAL, "no bit is waited for");
    const key = keyOf(thread, word, isPrivate);
    if (typeof key === "number") return key;
    const checked = checkWord(thread, word, expected);
    if (checked < 0) return checked;
    const waiter = new FutexWaiter(thread, key, bitset);
    kernel.futexes.add(waiter);
    restart.data = waiter;
    restart.deadlineNs = deadline;
  }
  if (thread.signalPending()) {
    if (restart.data instanceof FutexWaiter) kernel.futexes.remove(restart.data);
    restart.data = undefined;
    return restart.deadlineNs === Infinity ? ERESTARTSYS : ERESTART_RESTARTBLOCK;
  }
  return thread.block(undefined, restart.deadlineNs, ERESTARTSYS);
}

function requeue(
  thread: Thread,
  word: number,
  wakeCount: number,
  moveCount: number,
  target: number,
  isPrivate: boolean,
  expected: number | undefined,
): Result {
  if (wakeCount < 0 || moveCount < 0) return fail(Errno.EINVAL);
  const from = keyOf(thread, word, isPrivate);
  if (typeof from === "number") return from;
  const to = keyOf(thread, target, isPrivate);
  if (typeof to === "number") return to;
  if (expected !== undefined) {
    const checked = checkWord(thread, word, expected);
    if (checked < 0) return checked;
  }
  const { futexes } = thread.kernel;
  const woken = futexes.wake(from.space, from.key, wakeCount, FUTEX_BITSET_MATCH_ANY);
  if (woken < 0) return woken;
  const moved = futexes.requeue(from.space, from.key, to.space, to.key, moveCount);
  return moved < 0 ? moved : woken + moved;
}

/** FUTEX_OP_XOR and FUTEX_OP_CMP_GE. */
const HIGHEST_OPERATION = 4;
const HIGHEST_COMPARISON = 5;

/** FUTEX_WAKE_OP: changes the second word, and wakes its waiters if its old value compares so. */
function wakeOp(
  thread: Thread,
  word: number,
  count: number,
  secondCount: number,
  second: number,
  encoded: number,
  isPrivate: boolean,
): Result {
  const first = keyOf(thread, word, isPrivate);
  if (typeof first === "number") return first;
  const other = keyOf(thread, second, isPrivate);
  if (typeof other === "number") return other;
  const operation = (encoded >>> 28) & 7;
  const comparison = (encoded >>> 24) & 15;
  let operand = (encoded << 8) >> 20;
  const comparand = (encoded << 20) >> 20;
  if ((encoded & 0x8000_0000) !== 0) operand = 1 << (operand & 31);
  if (operation > HIGHEST_OPERATION) return fail(Errno.ENOSYS, "the operation is unknown");
  const old = thread.memory.readU32(second);
  if (old < 0) return fail(Errno.EFAULT);
  const next = applyOperation(operation, old | 0, operand);
  if (!thread.memory.writeU32(second, next >>> 0)) return fail(Errno.EFAULT);
  if (comparison > HIGHEST_COMPARISON) return fail(Errno.ENOSYS, "the comparison is unknown");
  const { futexes } = thread.kernel;
  const woken = futexes.wake(first.space, first.key, count, FUTEX_BITSET_MATCH_ANY);
  if (woken < 0 || !compares(comparison, old | 0, comparand)) return woken;
  const others = futexes.wake(other.space, other.key, secondCount, FUTEX_BITSET_MATCH_ANY);
  return others < 0 ? others : woken + others;
}

function applyOperation(operation: number, old: number, operand: number): number {
  switch (operation) {
    case 0:
      return operand;
    case 1:
      return (old + operand) | 0;
    case 2:
      return old | operand;
    case 3:
      return old & ~operand;
    default:
      return old ^ operand;
  }
}

function compares(comparison: number, old: number, comparand: number): boolean {
  switch (comparison) {
    case 0:
      return old === comparand;
    case 1:
      return old !== comparand;
    case 2:
      return old < comparand;
    case 3:
      return old <= comparand;
    case 4:
      return old > comparand;
    default:
      return old >= comparand;
  }
}

function doFutex(
  thread: Thread,
  word: number,
  op: number,
  value: number,
  timeoutOrCount: number,
  second: number,
  third: number,
): Result {
  const isPrivate = (op & FUTEX_PRIVATE_FLAG) !== 0;
  const isRealtime = (op & FUTEX_CLOCK_REALTIME) !== 0;
  const command = op & ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME);
  if (hasTimeout(command)) {
    const { restart } = thread;
    const deadline =
      restart.entered || restart.syscallNumber !== 0
        ? restart.deadlineNs
        : deadlineOf(
            thread,
            timeoutOrCount,
            command === FUTEX_WAIT,
            isRealtime || command === FUTEX_LOCK_PI,
          );
    if (deadline < 0) return deadline;
    if (isRealtime && !takesClock(command)) return fail(Errno.ENOSYS);
    if (command === FUTEX_LOCK_PI || command === FUTEX_LOCK_PI2) {
      return lockPi(thread, word, deadline, isPrivate, false);
    }
    if (command === FUTEX_WAIT_REQUEUE_PI) {
      return waitRequeuePi(thread, word, value >>> 0, second, deadline, isPrivate);
    }
    const bitset = command === FUTEX_WAIT ? FUTEX_BITSET_MATCH_ANY : third >>> 0;
    return wait(thread, word, value >>> 0, bitset, isPrivate, deadline);
  }
  if (isRealtime) return fail(Errno.ENOSYS);
  // A count as an int. What is extended with its sign is beyond what a number holds exactly.
  const count =
    timeoutOrCount > Number.MAX_SAFE_INTEGER
      ? thread.context.regInt(Reg.R10)
      : (timeoutOrCount % 0x1_0000_0000) | 0;
  switch (command) {
    case FUTEX_WAKE:
    case FUTEX_WAKE_BITSET: {
      const bitset = command === FUTEX_WAKE ? FUTEX_BITSET_MATCH_ANY : third >>> 0;
      if (bitset === 0) return fail(Errno.EINVAL, "no bit is woken");
      const key = keyOf(thread, word, isPrivate);
      if (typeof key === "number") return key;
      if (thread.kernel.piLocks.find(key) !== undefined) {
        return fail(Errno.EINVAL, "the word is a lock that others wait for");
      }
      // As Linux, at least one is woken whatever the count.
      return thread.kernel.futexes.wake(key.space, key.key, Math.max(1, value | 0), bitset);
    }
    case FUTEX_REQUEUE:
    case FUTEX_CMP_REQUEUE: {
      const expected = command === FUTEX_REQUEUE ? undefined : third >>> 0;
      return requeue(thread, word, value | 0, count, second, isPrivate, expected);
    }
    case FUTEX_WAKE_OP:
      return wakeOp(
        thread,
        word,
        Math.max(1, value | 0),
        Math.max(1, count),
        second,
        third | 0,
        isPrivate,
      );
    case FUTEX_UNLOCK_PI:
      return unlockPi(thread, word, isPrivate);
    case FUTEX_TRYLOCK_PI:
      return lockPi(thread, word, Infinity, isPrivate, true);
    case FUTEX_CMP_REQUEUE_PI:
      return requeuePi(thread, word, value | 0, count, second, isPrivate, third >>> 0);
    default:
      return fail(Errno.ENOSYS, "the operation is unknown");
  }
}

function hasTimeout(command: number): boolean {
  return (
    command === FUTEX_WAIT ||
    command === FUTEX_WAIT_BITSET ||
    command === FUTEX_LOCK_PI ||
    command === FUTEX_LOCK_PI2 ||
    command === FUTEX_WAIT_REQUEUE_PI
  );
}

/** Operations that FUTEX_CLOCK_REALTIME may stand beside; elsewhere it is ENOSYS. */
function takesClock(command: number): boolean {
  return (
    command === FUTEX_WAIT_BITSET || command === FUTEX_WAIT_REQUEUE_PI || command === FUTEX_LOCK_PI2
  );
}

export const futex: Syscall = defineSyscall({
  name: "futex",
  number: { x86_64: 202 },
  args: [
    address("uaddr"),
    flags("futex_op", FutexNames, "FUTEX_WAIT"),
    uint("val"),
    structIn("timeout", "timespec"),
    address("uaddr2"),
    uint("val3"),
  ],
  // FUTEX_WAKE reads three, FUTEX_WAIT four.
  optional: 3,
  scml: [
    { futex_op: `FUTEX_WAIT | ${among(FutexNames, "FUTEX_CLOCK_REALTIME")}` },
    {
      futex_op:
        "FUTEX_WAIT_BITSET | FUTEX_WAIT_REQUEUE_PI | FUTEX_LOCK_PI2 | FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME",
    },
  ],
  support: "full",
  handler: doFutex,
});
