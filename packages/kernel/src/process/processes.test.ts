// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { Errno } from "../abi/errno.ts";
import { SIGCHLD, SIGCONT, SIGHUP, SIGKILL, SIGSTOP, SIGTERM, SIGTSTP } from "../abi/signal.ts";
import { WNOHANG, WUNTRACED } from "../abi/wait.ts";
import { done, framesUsed, runPrograms } from "../testing/user-programs.ts";
import type { Program } from "../testing/user-programs.ts";

const exits = (status: number): Program =>
  function* (user) {
    yield user.call("exit_group", status);
  };

test("wait4 gives the pid and the exit status of a child", async () => {
  await runPrograms(function* (user) {
    const status = user.room(4);
    const pid = yield user.fork(exits(7));
    expect(pid).toBe(2);
    expect(yield user.call("wait4", -1, status, 0, 0)).toBe(pid);
    expect(user.read32(status)).toBe(0x700);
    expect(yield user.call("wait4", -1, status, 0, 0)).toBe(-Errno.ECHILD);
    done();
  });
});

test("WNOHANG tells 0 while the child lives, and a signal that killed it", async () => {
  await runPrograms(function* (user) {
    const status = user.room(4);
    const pid = yield user.fork(function* (child) {
      yield child.call("pause");
    });
    yield user.call("sched_yield");
    expect(yield user.call("wait4", pid, status, WNOHANG, 0)).toBe(0);
    expect(yield user.call("kill", pid, SIGTERM)).toBe(0);
    expect(yield user.call("wait4", pid, status, 0, 0)).toBe(pid);
    expect(user.read32(status)).toBe(SIGTERM);
    done();
  });
});

test("a parent that ignores SIGCHLD leaves no zombies, and waits for the last to end", async () => {
  await runPrograms(function* (user) {
    yield user.setAction(SIGCHLD, 1);
    yield user.fork(exits(0));
    expect(yield user.call("wait4", -1, 0, 0, 0)).toBe(-Errno.ECHILD);
    expect(user.kernel.processes.processes.size).toBe(1);
    done();
  });
});

test("orphans become children of init, or of a subreaper", async () => {
  await runPrograms(function* (user) {
    const status = user.room(4);
    const middle = yield user.fork(function* (child) {
      yield child.fork(function* (grandchild) {
        yield grandchild.call("nanosleep", grandchild.timespec(1e6), 0);
        expect(yield grandchild.call("getppid")).toBe(1);
        yield grandchild.call("exit_group", 3);
      });
      yield child.call("exit_group", 0);
    });
    expect(yield user.call("wait4", -1, 0, 0, 0)).toBe(middle);
    expect(yield user.call("wait4", -1, status, 0, 0)).toBe(middle + 1);
    expect(user.read32(status)).toBe(0x300);
    done();
  });
});

test("a stopped child is reported once, and its continuation by WCONTINUED", async () => {
  await runPrograms(function* (user) {
    const status = user.room(4);
    const pid = yield user.fork(function* (child) {
      for (;;) yield child.call("sched_yield");
    });
    yield user.call("kill", pid, SIGSTOP);
    expect(yield user.call("wait4", pid, status, WUNTRACED, 0)).toBe(pid);
    expect(user.read32(status)).toBe((SIGSTOP << 8) | 0x7f);
    expect(yield user.call("wait4", pid, status, WUNTRACED | WNOHANG, 0)).toBe(0);
    yield user.call("kill", pid, SIGCONT);
    expect(yield user.call("wait4", pid, status, 8, 0)).toBe(pid);
    expect(user.read32(status)).toBe(0xffff);
    yield user.call("kill", pid, SIGKILL);
    expect(yield user.call("wait4", pid, status, 0, 0)).toBe(pid);
    expect(user.read32(status)).toBe(SIGKILL);
    done();
  });
});

test("vfork's parent goes on only after the child has exited, and shares its memory", async () => {
  await runPrograms(function* (user) {
    const word = user.room(4);
    const pid = yield {
      call: "vfork",
      args: [],
      child: function* (child) {
        yield child.call("nanosleep", child.timespec(5e6), 0);
        child.write32(word, 42);
        yield child.call("exit_group", 0);
      },
    };
    expect(user.read32(word)).toBe(42);
    expect(yield user.call("wait4", pid, 0, 0, 0)).toBe(pid);
    done();
  });
});

test("fork copies memory: neither side sees the other's writes", async () => {
  await runPrograms(function* (user) {
    const word = user.room(4);
    const status = user.room(4);
    user.write32(word, 1);
    yield user.fork(function* (child) {
      child.write32(word, 2);
      yield child.call("exit_group", child.read32(word));
    });
    expect(yield user.call("wait4", -1, status, 0, 0)).toBe(2);
    expect(user.read32(status)).toBe(0x200);
    expect(user.read32(word)).toBe(1);
    done();
  });
});

test("processes that end give all their memory back", async () => {
  await runPrograms(function* (user) {
    user.write32(user.room(4), 1);
    yield user.fork(exits(0));
    yield user.call("wait4", -1, 0, 0, 0);
    const before = framesUsed();
    for (let round = 0; round < 20; round++) {
      yield user.fork(exits(0));
      yield user.call("wait4", -1, 0, 0, 0);
    }
    expect(framesUsed()).toBe(before);
    done();
  });
});

test("a fork bomb ends in EAGAIN", async () => {
  await runPrograms(
    function* (user) {
      let forks = 0;
      for (;;) {
        const pid = yield user.fork(function* (child) {
          yield child.call("pause");
        });
        if (pid < 0) {
          expect(pid).toBe(-Errno.EAGAIN);
          break;
        }
        forks++;
      }
      expect(forks).toBe(15);
      done();
    },
    { maxThreads: 16 },
  );
});

test("setsid fails for a group leader, setpgid across sessions", async () => {
  await runPrograms(function* (user) {
    expect(yield user.call("setsid")).toBe(1);
    expect(yield user.call("setsid")).toBe(-Errno.EPERM);
    const pid = yield user.fork(function* (child) {
      expect(yield child.call("setpgid", 0, 0)).toBe(0);
      expect(yield child.call("getpgrp")).toBe(2);
      expect(yield child.call("setsid")).toBe(-Errno.EPERM);
      expect(yield child.call("setpgid", 0, 77)).toBe(-Errno.EPERM);
      expect(yield child.call("setpgid", 1, 1)).toBe(-Errno.ESRCH);
      yield child.call("exit_group", 0);
    });
    expect(yield user.call("getsid", pid)).toBe(1);
    yield user.call("wait4", -1, 0, 0, 0);
    expect(yield user.call("getpgid", pid)).toBe(-Errno.ESRCH);
    done();
  });
});

test("a stopped group that is orphaned gets SIGHUP and SIGCONT", async () => {
  await runPrograms(function* (user) {
    yield user.call("setsid");
    const status = user.room(4);
    yield user.fork(function* (leader) {
      yield leader.call("setsid");
      yield leader.fork(function* (member) {
        yield member.call("setpgid", 0, 0);
        yield member.call("kill", 3, SIGTSTP);
        yield member.call("exit_group", 9);
      });
      yield leader.call("wait4", -1, 0, WUNTRACED, 0);
      yield leader.call("exit_group", 0);
    });
    yield user.call("wait4", 2, 0, 0, 0);
    expect(yield user.call("wait4", 3, status, 0, 0)).toBe(3);
    expect(user.read32(status)).toBe(SIGHUP);
    done();
  });
});

test("the end of init ends the system with failure and says why", async () => {
  const { code, hardware } = await runPrograms(exits(3));
  expect(code).toBe(1);
  expect(hardware.console).toContain("Attempted to kill init! exitcode=0x00000300");
});

test("an unknown call is ENOSYS, with one line in the log for each number", async () => {
  const { hardware } = await runPrograms(function* (user) {
    expect(yield user.call("900")).toBe(-Errno.ENOSYS);
    expect(yield user.call("900")).toBe(-Errno.ENOSYS);
    done();
  });
  expect(hardware.console.match(/system call 900/g)).toHaveLength(1);
});
