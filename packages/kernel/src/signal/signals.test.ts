// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { Errno } from "../abi/errno.ts";
import {
  SA_NODEFER,
  SA_RESETHAND,
  SA_RESTART,
  SIGALRM,
  SIGCONT,
  SIGFPE,
  SIGKILL,
  SIGSEGV,
  SIGSTOP,
  SIGTERM,
  SIGUSR1,
  SIGUSR2,
  SIG_BLOCK,
  SIG_SETMASK,
} from "../abi/signal.ts";
import { done, runPrograms } from "../testing/user-programs.ts";
import type { Program, User } from "../testing/user-programs.ts";

const bit = (signo: number): number => 1 << (signo - 1);

/** A handler that notes that it ran. */
const notes = (log: string[], text: string): Program =>
  function* () {
    log.push(text);
  };

function maskOf(user: User, low: number, high = 0): number {
  const at = user.room(8);
  user.write32(at, low);
  user.write32(at + 4, high);
  return at;
}

test("a handler runs on the way back from kill, with the signal blocked, and returns", async () => {
  const log: string[] = [];
  await runPrograms(function* (user) {
    yield user.onSignal(SIGUSR1, function* (handler) {
      log.push("in handler");
      const old = handler.room(8);
      yield handler.call("rt_sigprocmask", SIG_BLOCK, 0, old, 8);
      expect(handler.read32(old)).toBe(bit(SIGUSR1));
    });
    expect(yield user.call("kill", 1, SIGUSR1)).toBe(0);
    log.push("after kill");
    const old = user.room(8);
    yield user.call("rt_sigprocmask", SIG_BLOCK, 0, old, 8);
    expect(user.read32(old)).toBe(0);
    expect(log).toEqual(["in handler", "after kill"]);
    done();
  });
});

test("SA_RESETHAND forgets the handler, SA_NODEFER leaves the signal unblocked", async () => {
  await runPrograms(function* (user) {
    yield user.onSignal(
      SIGUSR1,
      function* (handler) {
        const old = handler.room(8);
        yield handler.call("rt_sigprocmask", SIG_BLOCK, 0, old, 8);
        expect(handler.read32(old)).toBe(bit(SIGUSR2));
      },
      SA_RESETHAND | SA_NODEFER,
      bit(SIGUSR2),
    );
    yield user.call("kill", 1, SIGUSR1);
    const action = user.room(32);
    yield user.call("rt_sigaction", SIGUSR1, 0, action, 8);
    expect(user.read32(action)).toBe(0);
    done();
  });
});

test("standard signals that are blocked are pending once, real-time ones as often as sent", async () => {
  const log: string[] = [];
  await runPrograms(function* (user) {
    yield user.onSignal(SIGUSR1, notes(log, "USR1"));
    yield user.onSignal(34, notes(log, "RT"));
    yield user.call("rt_sigprocmask", SIG_SETMASK, maskOf(user, bit(SIGUSR1), 1 << 1), 0, 8);
    for (let round = 0; round < 3; round++) {
      yield user.call("kill", 1, SIGUSR1);
      yield user.call("kill", 1, 34);
    }
    const set = user.room(8);
    yield user.call("rt_sigpending", set, 8);
    expect([user.read32(set), user.read32(set + 4)]).toEqual([bit(SIGUSR1), 2]);
    expect(log).toEqual([]);
    yield user.call("rt_sigprocmask", SIG_SETMASK, maskOf(user, 0), 0, 8);
    expect(log.toSorted()).toEqual(["RT", "RT", "RT", "USR1"]);
    done();
  });
});

test("a wait is interrupted with EINTR, or restarted with SA_RESTART", async () => {
  const log: string[] = [];
  await runPrograms(function* (user) {
    const sleepsThenSignals: Program = function* (child) {
      yield child.call("nanosleep", child.timespec(1e6), 0);
      yield child.call("kill", 1, SIGUSR1);
      yield child.call("nanosleep", child.timespec(1e6), 0);
      yield child.call("exit_group", 0);
    };
    yield user.onSignal(SIGUSR1, notes(log, "no restart"));
    const first = yield user.fork(sleepsThenSignals);
    expect(yield user.call("wait4", first, 0, 0, 0)).toBe(-Errno.EINTR);
    expect(yield user.call("wait4", first, 0, 0, 0)).toBe(first);
    yield user.onSignal(SIGUSR1, notes(log, "restart"), SA_RESTART);
    const second = yield user.fork(sleepsThenSignals);
    expect(yield user.call("wait4", second, 0, 0, 0)).toBe(second);
    expect(log).toEqual(["no restart", "restart"]);
    done();
  });
});

test("nanosleep tells what was left when a handler ran", async () => {
  await runPrograms(function* (user) {
    yield user.onSignal(SIGALRM, notes([], ""), SA_RESTART);
    const timer = user.room(32);
    user.write64(timer + 24, 10_000);
    yield user.call("setitimer", 0, timer, 0);
    const left = user.room(16);
    expect(yield user.call("nanosleep", user.timespec(1e9), left)).toBe(-Errno.EINTR);
    expect(user.read32(left)).toBe(0);
    expect(user.read32(left + 8)).toBeGreaterThan(980_000_000);
    expect(user.read32(left + 8)).toBeLessThan(991_000_000);
    done();
  });
});

test("a sleep goes on to its first deadline after a stop and a continuation", async () => {
  await runPrograms(function* (user) {
    const pid = yield user.fork(function* (child) {
      const before = child.kernel.clock.monotonicNs();
      expect(yield child.call("nanosleep", child.timespec(100e6), 0)).toBe(0);
      const slept = child.kernel.clock.monotonicNs() - before;
      expect(slept).toBeGreaterThanOrEqual(100e6);
      expect(slept).toBeLessThan(110e6);
      yield child.call("exit_group", 5);
    });
    yield user.call("nanosleep", user.timespec(20e6), 0);
    yield user.call("kill", pid, SIGSTOP);
    yield user.call("nanosleep", user.timespec(20e6), 0);
    yield user.call("kill", pid, SIGCONT);
    const status = user.room(4);
    yield user.call("wait4", pid, status, 0, 0);
    expect(user.read32(status)).toBe(0x500);
    done();
  });
});

test("rt_sigsuspend runs the handler under its mask and restores the old one", async () => {
  const log: string[] = [];
  await runPrograms(function* (user) {
    yield user.onSignal(SIGUSR1, notes(log, "USR1"));
    yield user.call("rt_sigprocmask", SIG_SETMASK, maskOf(user, bit(SIGUSR1)), 0, 8);
    yield user.call("kill", 1, SIGUSR1);
    expect(log).toEqual([]);
    const suspended = yield user.call("rt_sigsuspend", maskOf(user, bit(SIGUSR2)), 8);
    expect(suspended).toBe(-Errno.EINTR);
    expect(log).toEqual(["USR1"]);
    const old = user.room(8);
    yield user.call("rt_sigprocmask", SIG_BLOCK, 0, old, 8);
    expect(user.read32(old)).toBe(bit(SIGUSR1));
    done();
  });
});

test("rt_sigtimedwait takes a blocked signal, or times out", async () => {
  await runPrograms(function* (user) {
    const set = maskOf(user, bit(SIGUSR1));
    yield user.call("rt_sigprocmask", SIG_SETMASK, set, 0, 8);
    yield user.fork(function* (child) {
      yield child.call("nanosleep", child.timespec(1e6), 0);
      yield child.call("kill", 1, SIGUSR1);
      yield child.call("exit_group", 0);
    });
    const info = user.room(128);
    expect(yield user.call("rt_sigtimedwait", set, info, 0, 8)).toBe(SIGUSR1);
    expect([user.read32(info), user.read32(info + 8), user.read32(info + 16)]).toEqual([
      SIGUSR1,
      0,
      2,
    ]);
    const short = user.timespec(1e6);
    expect(yield user.call("rt_sigtimedwait", set, info, short, 8)).toBe(-Errno.EAGAIN);
    done();
  });
});

test("faults raise their signals, and kill when the signal is blocked or ignored", async () => {
  await runPrograms(function* (user) {
    const status = user.room(4);
    const pid = yield user.fork(function* (child) {
      yield child.call("rt_sigprocmask", SIG_SETMASK, maskOf(child, bit(SIGFPE)), 0, 8);
      yield { exception: 0 };
    });
    yield user.call("wait4", pid, status, 0, 0);
    expect(user.read32(status)).toBe(SIGFPE);
    const other = yield user.fork(function* (child) {
      yield child.setAction(SIGSEGV, 1);
      yield { exception: 14, address: 0x10 };
    });
    yield user.call("wait4", other, status, 0, 0);
    expect(user.read32(status)).toBe(SIGSEGV);
    done();
  });
});

test("init gets no signal that it has not asked for, not even SIGKILL from itself", async () => {
  await runPrograms(function* (user) {
    expect(yield user.call("kill", 1, SIGTERM)).toBe(0);
    expect(yield user.call("kill", 1, SIGKILL)).toBe(0);
    expect(yield user.call("getpid")).toBe(1);
    done();
  });
});

test("kill checks its arguments", async () => {
  await runPrograms(function* (user) {
    expect(yield user.call("kill", 1, 65)).toBe(-Errno.EINVAL);
    expect(yield user.call("kill", 99, SIGTERM)).toBe(-Errno.ESRCH);
    expect(yield user.call("kill", -99, SIGTERM)).toBe(-Errno.ESRCH);
    expect(yield user.call("kill", -1, SIGTERM)).toBe(-Errno.ESRCH);
    expect(yield user.call("tgkill", 0, 1, SIGTERM)).toBe(-Errno.EINVAL);
    expect(yield user.call("tgkill", 1, 99, 0)).toBe(-Errno.ESRCH);
    expect(yield user.call("rt_sigaction", SIGKILL, maskOf(user, 0), 0, 8)).toBe(-Errno.EINVAL);
    expect(yield user.call("rt_sigaction", SIGUSR1, 0x7000_0000, 0, 8)).toBe(-Errno.EFAULT);
    done();
  });
});
