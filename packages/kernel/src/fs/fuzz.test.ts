// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { BLOCKED } from "../result.ts";
import type { Arg } from "../syscall/args.ts";
import { FS_SYSCALLS } from "../syscall/tables/fs.ts";
import { BAD_ADDRESS, TestKernel } from "../testing/test-kernel.ts";
import type { TestThread } from "../testing/test-kernel.ts";

const CALLS = 20_000;
const ERRNO_MAX = 4095;

/** Numbers in 0…2^32 - 1, from a seed that a failing run prints. */
class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed;
  }
  next(): number {
    this.state = (Math.imul(this.state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.state >>> 4;
  }
  of<T>(values: readonly T[], otherwise: T): T {
    return values[this.next() % values.length] ?? otherwise;
  }
}

const NAMES = [
  "",
  "/",
  ".",
  "..",
  "/proc",
  "/proc/self/fd/0",
  "/proc/1/fd",
  "/proc/self/exe",
  "/proc/self/cwd",
  "/dev/null",
  "/dev/full",
  "/dev/ptmx",
  "/dev/pts",
  "a",
  "b",
  "a/b",
  "a/b/c",
  "link",
  "loop",
  "fifo",
  "dir",
  "dir/",
  "dir/x",
  "/mnt",
  "/mnt/f",
  "a/../b",
  "n".repeat(300),
  "x/".repeat(2100),
  "user.a",
  "tmpfs",
  "proc",
  "ramfs",
  "trusted.x",
  "/proc/sys/kernel/hostname",
  "/proc/self/comm",
];
const INTEGERS = [0, 1, 2, 3, 4, 5, 7, 8, 16, 64, 100, -1, -2, -100, 4096, 65_536, 0x7fff_ffff];
const LARGE = [2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 47, 2 ** 53, 2 ** 63, 2 ** 64 - 4096, 2 ** 64];
const FLAGS = [0, 1, 2, 0o100, 0o200, 0o1000, 0o4000, 0o200000, 0o400000, 0o10000000, 0o20200000];

function argument(t: TestThread, random: Random, arg: Arg): number {
  const pick = random.next() % 16;
  switch (arg.render.as) {
    case "path":
    case "string-array":
      return pick === 0 ? BAD_ADDRESS : pick === 1 ? 0 : t.text(random.of(NAMES, ""));
    case "fd":
    case "dirfd":
      return pick === 0 ? random.of(INTEGERS, 0) : pick < 4 ? -100 : random.next() % 24;
    case "address":
    case "struct":
    case "buffer-in":
    case "buffer-out":
      return pick === 0 ? BAD_ADDRESS : pick === 1 ? random.of(LARGE, 0) : t.room(4096);
    case "flags":
    case "one-of":
    case "octal":
      return random.of(FLAGS, 0) | (pick < 8 ? random.of(FLAGS, 0) : 0);
    default:
      return decoded(arg, pick === 0 ? random.of(LARGE, 0) : random.of(INTEGERS, 0));
  }
}

/** The value as the dispatcher would decode it. */
function decoded(arg: Arg, value: number): number {
  switch (arg.decoding) {
    case "int":
      return value | 0;
    case "uint":
      return value >>> 0;
    case "size":
      return value < 0 ? value + 2 ** 64 : value;
    case "offset":
      return value >= 2 ** 63 ? value - 2 ** 64 : value;
  }
}

/** A thread with files of every kind, in a tree with every kind of name. */
function prepare(system: TestKernel, uid: number): TestThread {
  const t = system.newThread(uid);
  t.thread.process.limits.set(7, 40, 40);
  for (const [path, flags] of [
    ["/", 0],
    ["/etc", 0o101],
    ["/dev/null", 2],
    ["/proc/self/maps", 0],
    ["/", 0o20200002],
  ] as const) {
    t.call("open", path, flags, 0o644);
  }
  t.call("pipe2", t.room(8), 0o4000);
  t.call("memfd_create", "m", 2);
  t.call("symlink", "loop", "/loop");
  t.call("symlink", "a", "/link");
  t.call("mknod", "/fifo", 0o10666, 0);
  return t;
}

test.each([1, 2, 3])("random calls give results, never exceptions (seed %d)", (seed) => {
  const system = new TestKernel();
  const random = new Random(seed);
  for (const name of ["/proc", "/mnt", "/dev"]) {
    system.thread.call("mkdir", name, 0o755);
  }
  system.thread.call("mount", "proc", "/proc", "proc", 0, 0);
  system.thread.call("mount", "none", "/mnt", "tmpfs", 0, "size=64k");
  system.thread.call("mount", "dev", "/dev", "devtmpfs", 0, 0);
  const threads = [prepare(system, 0), prepare(system, 1000)];
  const memory = system.thread.room(16);
  for (let i = 0; i < CALLS; i++) {
    const t = threads[random.next() % 2] ?? system.thread;
    const call = FS_SYSCALLS[random.next() % FS_SYSCALLS.length];
    if (call === undefined || call.name === "chroot" || call.name === "umount2") {
      continue;
    }
    const args = call.args.map((arg) => argument(t, random, arg));
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = args;
    system.kernel.currentThread = t.thread;
    let result: unknown;
    try {
      result = call.handler(t.thread, a, b, c, d, e, f);
    } catch (error) {
      throw new Error(`call ${i}: ${call.name}(${args.join(", ")})`, { cause: error });
    }
    // A call that waits is given up, as by a signal.
    t.thread.restart.clear();
    const isResult =
      typeof result === "number" &&
      Number.isInteger(result) &&
      (result >= -ERRNO_MAX || result === BLOCKED);
    if (!isResult) {
      throw new Error(`call ${i}: ${call.name}(${args.join(", ")}) = ${String(result)}`);
    }
  }
  expect(memory).toBeGreaterThan(0);
  system.leave();
});
