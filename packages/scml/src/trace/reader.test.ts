// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { readTrace } from "./call.ts";
import { MAX_LINE_LENGTH, TraceReader } from "./reader.ts";
import type { NamedValue } from "./value-parser.ts";
import { decodeString, type Value } from "./value.ts";

/** A value in few words. */
function show(value: Value): string {
  switch (value.kind) {
    case "number":
      return value.isNull
        ? "NULL"
        : `${value.value}${value.file === undefined ? "" : `@${value.file}`}`;
    case "names": {
      const rest = value.rest === 0 ? [] : [String(value.rest)];
      const others = (value.others ?? []).map((other) => ` or ${show(other)}`).join("");
      return `${[...value.names, ...rest].join("|")}${value.file === undefined ? "" : `@${value.file}`}${others}`;
    }
    case "string":
      return `"${value.raw}"${value.cut ? "+" : ""}`;
    case "struct":
      return `{${value.fields.map((field) => `${field.name}=${show(field.value)}`).join(",")}${value.cut ? ",.." : ""}}`;
    case "array":
      return `${value.inverted ? "~" : ""}[${value.elements.map(show).join(",")}${value.cut ? ",.." : ""}]`;
    case "pair":
      return `${show(value.before)}=>${show(value.after)}`;
    case "opaque":
      return "?";
  }
}

const showArg = ({ name, value }: NamedValue): string =>
  name === undefined ? show(value) : `${name}:${show(value)}`;

function shown(line: string): string {
  const { calls, problems } = readTrace(line);
  return [
    ...calls.map(
      (call) =>
        `${call.pid === -1 ? "" : `${call.pid} `}${call.name}(${call.args.map(showArg).join(", ")})${call.result === "" ? "" : ` = ${call.result}`}`,
    ),
    ...problems.map(({ line: number, column, message }) => `${number}:${column} ${message}`),
  ].join("\n");
}

// Lines in the forms that strace's manual page and its releases since 4.5 show.
test.each([
  ["close(3) = 0", "close(3) = 0"],
  ["1234 close(3)                          = 0", "1234 close(3) = 0"],
  ["1234  close(3) = 0", "1234 close(3) = 0"],
  ["[pid  1234] close(3) = 0", "1234 close(3) = 0"],
  ["[pid 1234<sh>] close(3) = 0", "1234 close(3) = 0"],
  ["1234<my sh> close(3) = 0", "1234 close(3) = 0"],
  ["10:20:30 close(3) = 0", "close(3) = 0"],
  ["1234 10:20:30.123456 close(3) = 0 <0.000012>", "1234 close(3) = 0 <0.000012>"],
  ["1700000000.123456 close(3) = 0", "close(3) = 0"],
  ["1700000000 close(3) = 0", "close(3) = 0"],
  ["     0.000123 close(3) = 0", "close(3) = 0"],
  ["10:20:30 (+     0.000123) close(3) = 0", "close(3) = 0"],
  ["[00007f1234567890] close(3) = 0", "close(3) = 0"],
  ["[????????????????] +++ exited with 0 +++", ""],
  ["1234 10:20:30 [   3] [00007f12] close(3) = 0", "1234 close(3) = 0"],
  ["getpid() = 7", "getpid() = 7"],
  ["close(3</tmp/a,b) (c>) = 0", "close(3@/tmp/a,b) (c) = 0"],
  ["close(3<TCP:[1.2.3.4:5->6.7.8.9:10]>) = 0", "close(3@TCP:[1.2.3.4:5->6.7.8.9:10]) = 0"],
  ["close(3</dev/null<char 1:3>>) = 0", "close(3@/dev/null<char 1:3>) = 0"],
  ['close(3<UNIX-STREAM:[1->2,"/x"]>) = 0', 'close(3@UNIX-STREAM:[1->2,"/x"]) = 0'],
  ["close(3</tmp/x>(deleted)) = 0", "close(3@/tmp/x) = 0"],
  [
    'openat(AT_FDCWD</home>, "a", O_RDONLY) = 3</home/a>',
    'openat(AT_FDCWD@/home, "a", O_RDONLY) = 3</home/a>',
  ],
  ['write(1, "a\\"b\\\\", 4) = 4', 'write(1, "a\\"b\\\\", 4) = 4'],
  ['write(1, "abc"..., 4096) = 4096', 'write(1, "abc"+, 4096) = 4096'],
  ['open("x", O_WRONLY|O_CREAT|0x8000, 0644) = 3', 'open("x", O_WRONLY|O_CREAT|32768, 420) = 3'],
  ['open("x", 0x8000|O_CREAT) = 3', 'open("x", O_CREAT|32768) = 3'],
  ['open("x", 0x41 /* O_WRONLY|O_CREAT */, 0644) = 3', 'open("x", O_WRONLY|O_CREAT, 420) = 3'],
  ['openat(-100 /* AT_FDCWD */, "x", 0 /* O_RDONLY */) = 3', 'openat(AT_FDCWD, "x", O_RDONLY) = 3'],
  ['execve("./a", ["./a", "b"], 0x7ffe /* 4 vars */) = 0', 'execve("./a", ["./a","b"], 32766) = 0'],
  [
    "fstat(3, {st_mode=S_IFREG|0755, st_size=17, ...}) = 0",
    "fstat(3, {st_mode=S_IFREG|493,st_size=17,..}) = 0",
  ],
  [
    "rt_sigprocmask(SIG_BLOCK, ~[INT TERM RT_1], [], 8) = 0",
    "rt_sigprocmask(SIG_BLOCK, ~[INT,TERM,RT_1], [], 8) = 0",
  ],
  [
    "wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 5",
    "wait4(-1, [{=?}], 0, NULL) = 5",
  ],
  [
    'getsockname(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("1.2.3.4")}, [128 => 16]) = 0',
    "getsockname(3, {sa_family=AF_INET,sin_port=80,sin_addr=?}, [128=>16]) = 0",
  ],
  [
    "clone(child_stack=NULL, flags=CLONE_VM|SIGCHLD) = 9",
    "clone(child_stack:NULL, flags:CLONE_VM|SIGCHLD) = 9",
  ],
  [
    "prlimit64(0, RLIMIT_STACK, NULL, {rlim_cur=8192*1024, rlim_max=RLIM64_INFINITY}) = 0",
    "prlimit64(0, RLIMIT_STACK, NULL, {rlim_cur=8388608,rlim_max=RLIM64_INFINITY}) = 0",
  ],
  [
    "capset({version=V, pid=0}, {effective=1<<CAP_CHOWN|1<<CAP_KILL, permitted=0}) = 0",
    "capset({version=V,pid=0}, {effective=CAP_CHOWN|CAP_KILL,permitted=0}) = 0",
  ],
  [
    "ioctl(3, SNDCTL_TMR_TIMEBASE or TCGETS, {B38400 opost ...}) = 0",
    "ioctl(3, SNDCTL_TMR_TIMEBASE or TCGETS, {=B38400}) = 0",
  ],
  [
    "ioctl(3, _IOC(_IOC_READ, 0x45, 0x6, 0x100), 0x7ffe1000) = 0",
    "ioctl(3, 2164278534, 2147356672) = 0",
  ],
  [
    'connect(3, {sa_family=AF_UNIX, sun_path=@"a"}, 5) = 0',
    'connect(3, {sa_family=AF_UNIX,sun_path="a"}, 5) = 0',
  ],
  [
    "select(4, [0 3], NULL, NULL, {tv_sec=1, tv_usec=0}) = 1 (in [0], left {tv_sec=0, tv_usec=9})",
    "select(4, [0,3], NULL, NULL, {tv_sec=1,tv_usec=0}) = 1 (in [0], left {tv_sec=0, tv_usec=9})",
  ],
  [
    "pause() = ? ERESTARTNOHAND (To be restarted if no handler)",
    "pause() = ? ERESTARTNOHAND (To be restarted if no handler)",
  ],
  ["restart_syscall(<... resuming interrupted poll ...>) = 0", "restart_syscall(?) = 0"],
  ["read(3, <unfinished ...>) = ?", "read(3)"],
  ["read(3, <detached ...>", "read(3)"],
  [
    "syscall_0x1f4(0x1, 0x2, 0, 0, 0, 0) = -1 ENOSYS (Function not implemented)",
    "syscall_0x1f4(1, 2, 0, 0, 0, 0) = -1 ENOSYS (Function not implemented)",
  ],
  ["???() = 3", "???() = 3"],
  [
    "futex(0x7f, FUTEX_WAIT_PRIVATE, 2, NULL) = -1 EAGAIN (Resource temporarily unavailable)",
    "futex(127, FUTEX_WAIT_PRIVATE, 2, NULL) = -1 EAGAIN (Resource temporarily unavailable)",
  ],
  ["close(3) = 0 (INJECTED)", "close(3) = 0 (INJECTED)"],
  ["[ Process PID=7 runs in 32 bit mode. ]", ""],
  ["strace: Process 8 attached", ""],
  ["Process 8 attached (waiting for parent)", ""],
  [" > /usr/lib/libc.so.6(read+0xd) [0xf9a0d]", ""],
  [" | 00000  6f 6e 65 0a                                       one.             |", ""],
  ["--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=3} ---", ""],
  ["+++ killed by SIGKILL (core dumped) +++", ""],
  ["", ""],
  ["garbage here", '1:1 expected "(" behind the name of a call'],
  ["close(3", '1:6 this call has no ")"'],
  ["close(3)", '1:8 expected "=" and a result'],
  ['write(1, "abc', "1:10 this string has no end"],
  ["close(3]) = 0", "1:8 this bracket closes nothing"],
  ['<... read resumed>"x", 1) = 1', "1:1 the beginning of this call is not in the trace"],
  ["$ strace ls", "1:1 expected the name of a call"],
])("%s", (line, expected) => {
  expect(shown(line)).toBe(expected);
});

test("the halves of a call are joined, of each process its own", () => {
  const trace = `1 read(3,  <unfinished ...>
2 futex(0x10, FUTEX_WAIT, 1, NULL <unfinished ...>
1 --- SIGCHLD {si_signo=SIGCHLD} ---
2 <... futex resumed>) = 0
1 <... read resumed>"abc", 10) = 3`;
  expect(shown(trace)).toBe('2 futex(16, FUTEX_WAIT, 1, NULL) = 0\n1 read(3, "abc", 10) = 3');
  expect(readTrace(trace).calls.map((call) => call.line)).toEqual([2, 1]);
});

test("a thread that executes a program takes over its process's number", () => {
  const { calls } = readTrace(`[pid 7] nanosleep({tv_sec=1, tv_nsec=0},  <unfinished ...>
[pid 9] execve("/bin/true", ["true"], NULL <unfinished ...>
[pid 7] +++ exited with 0 +++
[pid 7] <... execve resumed>) = 0
[pid 7] brk(NULL) = 0x1000`);
  expect(calls.map(({ name, args }) => `${name} ${args.length}`)).toEqual([
    "nanosleep 1",
    "execve 3",
    "brk 1",
  ]);
});

test("so does one whose leader was in no call", () => {
  const { calls, problems } = readTrace(`[pid 9] execve("/bin/true", ["true"], NULL <unfinished ...>
[pid 7] +++ exited with 0 +++
[pid 7] <... execve resumed>) = 0
[pid 7] brk(NULL) = 0x1000`);
  expect(calls.map(({ name }) => name)).toEqual(["execve", "brk"]);
  expect(problems).toEqual([]);
});

test("older forms of resumed lines are read", () => {
  expect(
    shown('[pid 1] read(3,  <unfinished ...>\n[pid 1] <... read resumed> "abc", 10) = 3'),
  ).toBe('1 read(3, "abc", 10) = 3');
  expect(
    shown("wait4(-1, <unfinished ...>\n<... wait4 resumed> [{WIFEXITED(s)}], 0, NULL) = 5"),
  ).toBe("wait4(-1, [{=WIFEXITED}], 0, NULL) = 5");
});

test("a call that never returns is handed on at the end, or when its process makes another", () => {
  const { calls } = readTrace(
    "1 read(3,  <unfinished ...>\n1 close(3) = 0\n2 poll(NULL, 0 <unfinished ...>",
  );
  expect(calls.map((call) => `${call.line} ${call.name} ${call.incomplete}`)).toEqual([
    "2 close false",
    "1 read true",
    "3 poll true",
  ]);
});

test.each([
  `% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 63.65    0.001154         192         6         2 wait4
  0.00    0.000000           0         1           execve
------ ----------- ----------- --------- --------- ----------------
100.00    0.001813          23        77        14 total`,
  `syscall           longest     calls
---------------- -------- ---------
prlimit64        0.000000         1
---------------- -------- ---------
total            0.000000        29`,
])("the table behind the calls of strace -C is no call, and nothing unreadable", (table) => {
  const { calls, problems } = readTrace(`close(3) = 0\n${table}\nclose(4) = 0\nrubbish here`);
  expect(calls.map((call) => call.name)).toEqual(["close", "close"]);
  expect(problems.map((problem) => problem.line)).toEqual([table.split("\n").length + 3]);
});

test("a line without end takes no memory without end", () => {
  const problems: string[] = [];
  const calls: string[] = [];
  const reader = new TraceReader({
    call: (scanner) => calls.push(scanner.name),
    unreadable: (place, _, problem) => problems.push(`${place.line} ${problem}`),
  });
  const piece = "x".repeat(1 << 20);
  for (let count = 0; count < 20; count += 1) reader.write(piece);
  reader.write("\nclose(3) = 0\n");
  reader.end();
  expect(problems).toEqual([`1 this line is longer than ${MAX_LINE_LENGTH} characters`]);
  expect(calls).toEqual(["close"]);
});

test("a nest of brackets without end is read without running off the stack", () => {
  const deep = `f(${"[{a=".repeat(20_000)}1${"}]".repeat(20_000)}) = 0`;
  expect(readTrace(deep).calls).toHaveLength(1);
});

test("the escapes of strings are undone", () => {
  expect(decodeString('\\x2f\\1\\001\\n\\"\\\\\\377z')).toBe('/\x01\x01\n"\\\xffz');
});

test("the rest of a call that -z has held back stands on a line of its own", () => {
  const { calls, problems } = readTrace(
    '7 read(3,  <unfinished ...>\n"x", 4096) = 1\n7 close(3) = 0\n"y", 9) = 2\n',
  );
  expect(
    calls.map(({ line, name, result, incomplete }) => [line, name, result, incomplete]),
  ).toEqual([
    [1, "read", "1", false],
    [3, "close", "0", false],
  ]);
  expect(problems).toMatchObject([{ line: 4, column: 1 }]);
});
