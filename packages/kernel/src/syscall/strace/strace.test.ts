// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { Errno } from "../../abi/errno.ts";
import { SIGTERM, SIGUSR1 } from "../../abi/signal.ts";
import { ERESTARTSYS } from "../../result.ts";
import { done, runPrograms } from "../../testing/user-programs.ts";
import type { Program } from "../../testing/user-programs.ts";
import { renderError } from "./errors.ts";
import { renderFlags, renderSignalSet } from "./numbers.ts";
import { quoteBytes } from "./quote.ts";
import type { StraceSink } from "./sink.ts";
import { renderWaitStatus } from "./structs.ts";
import { Tracer } from "./tracer.ts";

class Lines implements StraceSink {
  readonly lines: string[] = [];

  writeLine(line: string): void {
    this.lines.push(line);
  }
}

async function trace(program: Program): Promise<string[]> {
  const sink = new Lines();
  await runPrograms(function* (user) {
    user.kernel.strace = new Tracer(sink);
    yield* program(user);
    done();
  });
  return sink.lines;
}

test("a call is one line, with its result at column 40", async () => {
  const lines = await trace(function* (user) {
    yield user.call("getpid");
    yield user.call("kill", 99, SIGTERM);
    const at = user.room(16);
    user.write32(at, 0x0a69_68);
    yield user.call("write", 1, at, 3);
  });
  expect(lines).toEqual([
    "getpid()                                = 1",
    "kill(99, SIGTERM)                       = -1 ESRCH (No such process)",
    'write(1, "hi\\n", 3)                     = -1 EBADF (Bad file descriptor)',
  ]);
});

test("a call that waits is resumed on a line of its own when another thread speaks", async () => {
  const lines = await trace(function* (user) {
    const status = user.room(4);
    yield user.fork(function* (child) {
      yield child.call("exit_group", 3);
    });
    yield user.call("wait4", -1, status, 0, 0);
  });
  expect(lines).toEqual([
    "fork()                                  = 2",
    "[pid     1] wait4(-1,  <unfinished ...>",
    "[pid     2] exit_group(3)               = ?",
    "[pid     2] +++ exited with 3 +++",
    "<... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 3}], 0, NULL) = 2",
    expect.stringMatching(
      /^--- SIGCHLD \{si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=2, si_uid=0, si_status=3, si_utime=0, si_stime=0\} ---$/,
    ),
  ]);
});

test("an interrupted call shows how it will be restarted, and the signal", async () => {
  const lines = await trace(function* (user) {
    yield user.onSignal(SIGUSR1, function* () {});
    yield user.fork(function* (child) {
      yield child.call("kill", 1, SIGUSR1);
      yield child.call("pause");
    });
    yield user.call("pause");
  });
  expect(lines.at(-3)).toBe(
    "[pid     1] <... pause resumed>)        = ? ERESTARTNOHAND (To be restarted if no handler)",
  );
  expect(lines.at(-2)).toBe(
    "[pid     1] --- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_USER, si_pid=2, si_uid=0} ---",
  );
});

test("calls are printed with the arguments that they use", async () => {
  const lines = await trace(function* (user) {
    const path = user.room(8);
    user.write32(path, 0x0078_2f2e);
    yield user.call("openat", -100, path, 0x80000, 0);
    yield user.call("openat", -100, path, 0x41, 0o644);
    const pair = user.room(8);
    yield user.call("pipe2", pair, 0);
    const polled = user.room(8);
    user.write32(polled, 1);
    user.write32(polled + 4, 1);
    yield user.call("poll", polled, 1, 0);
    yield user.call("futex", user.room(4), 129, 1, 0, 0, 0);
    yield user.call("nanosleep", user.timespec(1000), 0);
  });
  expect(lines.map((line) => line.replace(/0x1[0-9a-f]{5}/g, "0xADDRES"))).toEqual([
    'openat(AT_FDCWD, "./x", O_RDONLY|O_CLOEXEC) = -1 ENOENT (No such file or directory)',
    'openat(AT_FDCWD, "./x", O_WRONLY|O_CREAT, 0644) = 0',
    "pipe2([1, 2], 0)                        = 0",
    "poll([{fd=1, events=POLLIN}], 1, 0)     = 0 (Timeout)",
    "futex(0xADDRES, FUTEX_WAKE_PRIVATE, 1)  = 0",
    "nanosleep({tv_sec=0, tv_nsec=1000}, NULL) = 0",
  ]);
});

test("strings are escaped as strace escapes them", () => {
  expect(quoteBytes(Uint8Array.of(0x61, 0x22, 0x5c, 0x0a, 0, 0x31, 0, 0x78, 0xff))).toBe(
    '"a\\"\\\\\\n\\0001\\0x\\377"',
  );
});

test("flags, sets, statuses and errors have strace's forms", () => {
  expect(renderFlags(0x241, { O_WRONLY: 1, O_CREAT: 0x40, O_TRUNC: 0x200 })).toBe(
    "O_WRONLY|O_CREAT|O_TRUNC",
  );
  expect(renderFlags(0x80000, { O_WRONLY: 1, O_CLOEXEC: 0x80000 }, "O_RDONLY")).toBe(
    "O_RDONLY|O_CLOEXEC",
  );
  expect(renderFlags(0, { A: 1 })).toBe("0");
  expect(renderFlags(0x8001, { A: 1 })).toBe("A|0x8000");
  expect(renderSignalSet(0b10, 0)).toBe("[INT]");
  expect(renderSignalSet(-1, -1)).toBe("~[]");
  expect(renderWaitStatus(15)).toBe("{WIFSIGNALED(s) && WTERMSIG(s) == SIGTERM}");
  expect(renderWaitStatus(0x137f)).toBe("{WIFSTOPPED(s) && WSTOPSIG(s) == SIGSTOP}");
  expect(renderError(-Errno.ENOENT)).toBe("-1 ENOENT (No such file or directory)");
  expect(renderError(ERESTARTSYS)).toContain("? ERESTARTSYS");
});
