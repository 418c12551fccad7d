// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { CLONE } from "../abi/clone.ts";
import { Errno } from "../abi/errno.ts";
import { SIGKILL, SIGUSR1 } from "../abi/signal.ts";
import { done, runPrograms } from "../testing/user-programs.ts";
import type { Action, Program, User } from "../testing/user-programs.ts";

const WAIT = 0;
const WAKE = 1;
const REQUEUE = 3;
const WAKE_OP = 5;
const WAIT_BITSET = 9;
const PRIVATE = 128;
const THREAD_FLAGS =
  CLONE.VM | CLONE.FS | CLONE.FILES | CLONE.SIGHAND | CLONE.THREAD | CLONE.CHILD_CLEARTID;

/** Starts a thread whose tid word is cleared when it ends. */
function startThread(tidWord: number, stack: number, child: Program): Action {
  const args = [THREAD_FLAGS | CLONE.PARENT_SETTID, stack, tidWord, tidWord, 0];
  return { call: "clone", args, child };
}

function waitAction(user: User, word: number, value: number, timeoutNs?: number): Action {
  const timeout = timeoutNs === undefined ? 0 : user.timespec(timeoutNs);
  return user.call("futex", word, WAIT | PRIVATE, value, timeout, 0, 0);
}

test("a thread that ends clears its tid word and wakes who waits for it", async () => {
  await runPrograms(function* (user) {
    const word = user.room(4);
    const tid = yield startThread(word, user.room(4096) + 4096, function* (thread) {
      expect(yield thread.call("gettid")).toBe(2);
      expect(yield thread.call("getpid")).toBe(1);
      yield thread.call("nanosleep", thread.timespec(1e6), 0);
      yield thread.call("exit", 0);
    });
    expect(user.read32(word)).toBe(tid);
    // The end of a thread wakes shared waiters, whatever they asked for.
    expect(yield user.call("futex", word, WAIT, tid, 0, 0, 0)).toBe(0);
    expect(user.read32(word)).toBe(0);
    expect(user.kernel.processes.getThread(tid)).toBeUndefined();
    done();
  });
});

test("a wait for another value fails at once, and a timeout ends it", async () => {
  await runPrograms(function* (user) {
    const word = user.room(4);
    user.write32(word, 5);
    expect(yield waitAction(user, word, 4)).toBe(-Errno.EAGAIN);
    const before = user.kernel.clock.monotonicNs();
    expect(yield waitAction(user, word, 5, 3e6)).toBe(-Errno.ETIMEDOUT);
    expect(user.kernel.clock.monotonicNs() - before).toBeGreaterThanOrEqual(3e6);
    expect(yield waitAction(user, word + 1, 5)).toBe(-Errno.EINVAL);
    expect(yield user.call("futex", 0x7000_0000, WAIT, 5, 0, 0, 0)).toBe(-Errno.EFAULT);
    expect(yield user.call("futex", word, WAIT_BITSET | PRIVATE, 5, 0, 0, 0)).toBe(-Errno.EINVAL);
    done();
  });
});

test("wake, requeue and wake_op count whom they reach, in order of arrival", async () => {
  const order: number[] = [];
  await runPrograms(function* (user) {
    const first = user.room(4);
    const second = user.room(4);
    for (let index = 0; index < 4; index++) {
      yield startThread(user.room(4), user.room(4096) + 4096, function* (thread) {
        expect(yield waitAction(thread, first, 0)).toBe(0);
        order.push(index);
        yield thread.call("exit", 0);
      });
    }
    yield user.call("nanosleep", user.timespec(1e6), 0);
    expect(yield user.call("futex", first, WAKE | PRIVATE, 1, 0, 0, 0)).toBe(1);
    expect(yield user.call("futex", first, REQUEUE | PRIVATE, 1, 9, second, 0)).toBe(3);
    yield user.call("nanosleep", user.timespec(1e6), 0);
    expect(order).toEqual([0, 1]);
    expect(yield user.call("futex", first, WAKE | PRIVATE, 9, 0, 0, 0)).toBe(0);
    // FUTEX_OP_ADD 3 if it was 0, to the second word.
    const op = (1 << 28) | (0 << 24) | (3 << 12) | 0;
    expect(yield user.call("futex", first, WAKE_OP | PRIVATE, 9, 9, second, op)).toBe(2);
    expect(user.read32(second)).toBe(3);
    yield user.call("nanosleep", user.timespec(1e6), 0);
    expect(order).toEqual([0, 1, 2, 3]);
    done();
  });
});

test("a signal interrupts a wait with EINTR", async () => {
  await runPrograms(function* (user) {
    const word = user.room(4);
    yield user.onSignal(SIGUSR1, function* () {});
    yield user.fork(function* (child) {
      yield child.call("nanosleep", child.timespec(1e6), 0);
      yield child.call("kill", 1, SIGUSR1);
      yield child.call("exit_group", 0);
    });
    expect(yield waitAction(user, word, 0)).toBe(-Errno.EINTR);
    expect(yield user.call("futex", word, WAKE | PRIVATE, 1, 0, 0, 0)).toBe(0);
    done();
  });
});

test("a robust mutex of a thread that dies is marked and its waiter woken", async () => {
  await runPrograms(function* (user) {
    const head = user.room(24);
    const node = user.room(32);
    const lock = node + 16;
    user.write64(head, node);
    user.write64(head + 8, 16);
    user.write64(head + 16, 0);
    user.write64(node, head);
    const tid = yield startThread(user.room(4), user.room(4096) + 4096, function* (thread) {
      expect(yield thread.call("set_robust_list", head, 24)).toBe(0);
      thread.write32(lock, 2);
      yield thread.call("nanosleep", thread.timespec(5e6), 0);
      yield thread.call("exit", 0);
    });
    yield user.call("nanosleep", user.timespec(1e6), 0);
    const contended = (0x8000_0000 | tid) >>> 0;
    user.write32(lock, contended);
    expect(yield waitAction(user, lock, contended)).toBe(0);
    expect(user.read32(lock)).toBe(0xc000_0000);
    done();
  });
});

test("exit_group ends threads that wait", async () => {
  await runPrograms(function* (user) {
    const status = user.room(4);
    const pid = yield user.fork(function* (child) {
      const word = child.room(4);
      yield startThread(child.room(4), child.room(4096) + 4096, function* (thread) {
        yield waitAction(thread, word, 0);
      });
      yield child.call("nanosleep", child.timespec(1e6), 0);
      yield child.call("exit_group", 4);
    });
    expect(yield user.call("wait4", pid, status, 0, 0)).toBe(pid);
    expect(user.read32(status)).toBe(0x400);
    expect(user.kernel.processes.threads.size).toBe(1);
    done();
  });
});

test("who is killed while waiting is not among the waiters any more", async () => {
  await runPrograms(function* (user) {
    const word = user.room(4);
    const pid = yield user.fork(function* (child) {
      yield waitAction(child, word, 0);
    });
    yield user.call("nanosleep", user.timespec(1e6), 0);
    expect(user.kernel.futexes.size).toBe(1);
    expect(yield user.call("kill", pid, SIGKILL)).toBe(0);
    expect(yield user.call("wait4", pid, 0, 0, 0)).toBe(pid);
    expect(user.kernel.futexes.size).toBe(0);
    done();
  });
});
