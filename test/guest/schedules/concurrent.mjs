// SPDX-License-Identifier: MPL-2.0

/**
 * The guest tests in which several threads or processes wait for, wake, stop, signal or lock out each
 * other. A new test of that kind belongs here.
 *
 * scripts/big-pipes and scripts/long-pipelines take half a minute: few-bytes-pipes and short-pipelines do
 * what they do with less.
 */
const CONCURRENT = {
  "programs of threads": [
    ...["threads", "thread-lives", "futex", "priority-futexes", "robust-mutexes"],
    ...["restartable-sequences", "personality-barriers", "copy-on-write"],
  ],
  "programs of processes": [
    ...["fork-wait", "vfork-spawn", "wait-states", "process-groups", "pidfd", "locked-memory"],
    ...["proc-tables", "exec-environ", "mmap-faults", "self-modifying"],
  ],
  "programs of signals and timers": [
    ...["signals", "queued-signals", "fault-signals", "setjmp-longjmp", "clocks-timers"],
    ...["sleeping-clocks", "cpu-timers", "hot-timers", "random-signals", "random-timers"],
  ],
  "programs of files that wait": [
    ...["pipes-poll", "epoll-modes", "event-files", "socket-pairs", "packets-async", "splice"],
    ...["sysv-ipc", "ofd-locks", "pseudo-terminals", "vector-io", "many-messages", "leases"],
    ...["directory-signals", "inotify", "random-waiting", "random-terminals", "unix-sockets"],
  ],
  scripts: [
    ...["background", "wait-orders", "jobs-builtin", "stop-continue", "sessions", "group-signals"],
    ...[
      "signals-kill",
      "trap-exit",
      "trap-nested",
      "trap-orders",
      "trap-signals",
      "timeout-applet",
    ],
    ...["fork-many", "pipes", "fifo", "fifo-meetings", "lock-files", "tee-yes"],
    ...["few-bytes-pipes", "short-pipelines"],
    ...["process-lists", "subshells", "watch-timeouts"],
  ],
};

/** Two programs of each libc run the same system calls: one is enough here. */
const names = Object.entries(CONCURRENT).flatMap(([kind, tests]) =>
  tests.map((name) => (kind === "scripts" ? `scripts/${name}` : `programs/${name}\\.musl`)),
);

/** The names of them all. */
export const CONCURRENT_TESTS = new RegExp(`^(${names.join("|")})$`, "u");

/**
 * Nanoseconds of the virtual clock per instruction. Tests that compute, or go round in a loop, until some
 * time has passed are over sooner where the CPU is slow: all others think it has a gigahertz.
 */
const SLOW_CPU = new Map([
  ["programs/cpu-timers.musl", 100],
  ["scripts/fifo-meetings", 10],
  ["scripts/few-bytes-pipes", 10],
  ["scripts/timeout-applet", 10],
]);

export const nsPerInstruction = (name) => SLOW_CPU.get(name) ?? 1;
