// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { splitArguments, SyscallTrace, type SyscallEvent } from "./syscall-trace.ts";

function eventsOf(...lines: string[]): SyscallEvent[] {
  const events: SyscallEvent[] = [];
  const trace = new SyscallTrace((event) => events.push(event));
  // In pieces, as they come from a port.
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""), "latin1");
  for (let at = 0; at < bytes.length; at += 7) trace.add(bytes.subarray(at, at + 7));
  return events;
}

test("a call has a name, arguments and a result", () => {
  expect(eventsOf('[pid     2] openat(AT_FDCWD, "a,\\"b", O_RDONLY|O_CLOEXEC) = 3')).toEqual([
    {
      kind: "call",
      pid: 2,
      name: "openat",
      args: ["AT_FDCWD", '"a,\\"b"', "O_RDONLY|O_CLOEXEC"],
      result: 3,
      errno: undefined,
      text: 'openat(AT_FDCWD, "a,\\"b", O_RDONLY|O_CLOEXEC) = 3',
    },
  ]);
  expect(eventsOf("[pid     2] getpid()                = 2")).toMatchObject([
    { args: [], result: 2, text: "getpid() = 2" },
  ]);
  expect(eventsOf("[pid 2] mmap(NULL, 8192) = 0x7f10")).toMatchObject([{ result: 0x7f10 }]);
  expect(eventsOf('[pid 2] chdir("/x") = -1 ENOENT (No such file or directory)')).toMatchObject([
    { result: -1, errno: "ENOENT" },
  ]);
  expect(eventsOf("[pid 2] exit_group(0) = ?")).toMatchObject([{ result: undefined }]);
});

test("a call whose line is torn is one event, when it has ended", () => {
  const events = eventsOf(
    "[pid     2] wait4(-1,  <unfinished ...>",
    "[pid     3] exit_group(1)            = ?",
    "[pid     3] +++ exited with 1 +++",
    "[pid     2] <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 1}], 0, NULL) = 3",
    "[pid     2] --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED} ---",
  );
  expect(events.map(({ kind, pid }) => `${kind} ${pid}`)).toEqual([
    "call 3",
    "exit 3",
    "call 2",
    "signal 2",
  ]);
  expect(events[2]).toMatchObject({
    name: "wait4",
    args: ["-1", "[{WIFEXITED(s) && WEXITSTATUS(s) == 1}]", "0", "NULL"],
    result: 3,
  });
});

test("a call that its thread does not outlive has no result", () => {
  expect(
    eventsOf("[pid 4] read(0,  <unfinished ...>", "[pid 4] +++ killed by SIGKILL +++"),
  ).toMatchObject([{ kind: "call", name: "read", result: undefined }, { kind: "exit" }]);
});

test("commas within quotes and brackets divide nothing", () => {
  expect(splitArguments('1, {a=1, b=[2, 3]}, "x, \\"y\\\\", f(1, 2)')).toEqual([
    "1",
    "{a=1, b=[2, 3]}",
    '"x, \\"y\\\\"',
    "f(1, 2)",
  ]);
  expect(splitArguments("")).toEqual([]);
});
