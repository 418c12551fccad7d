// SPDX-License-Identifier: MPL-2.0

import type { LineScanner } from "../trace/line.ts";
import type { CompiledRule } from "./rule-set.ts";

/** An argument that strace did not print. */
export const ABSENT = -1;

/**
 * How the arguments that strace prints lie against the parameters of a rule. For nearly every call
 * the first is the first, and so on; this file has the others.
 */
export interface Layout {
  /** Of each parameter the index of its printed argument, or ABSENT. */
  readonly order: Int32Array;
  count: number;
  /** `count` without those at the end that the kernel does not look at. */
  least: number;
}

export function newLayout(): Layout {
  return { order: new Int32Array(64), count: 0, least: 0 };
}

/** Other names that rules have for the arguments of clone(2), by the name that strace prints. */
export const CLONE_NAMES: Readonly<Record<string, string>> = {
  stack: "child_stack",
  child_stack: "child_stack",
  newsp: "child_stack",
  flags: "flags",
  clone_flags: "flags",
  parent_tid: "parent_tid",
  ptid: "parent_tid",
  parent_tidptr: "parent_tid",
  child_tid: "child_tidptr",
  ctid: "child_tidptr",
  child_tidptr: "child_tidptr",
  tls: "tls",
  newtls: "tls",
  exit_signal: "exit_signal",
};

/** Commands of semctl(2) that have no fourth argument, though strace prints one; numbers with -X. */
const SEMCTL_OF_THREE = /IPC_RMID|GETVAL|GETPID|GETNCNT|GETZCNT|^(?:0|0x[bcef])$/;

/**
 * Calls of which strace prints only the arguments that the operation or the flags ask for; rules
 * have one parameter list for several. Not open(2): the Book's rules tell its two forms apart.
 */
const PRINTS_FEWER: ReadonlySet<string> = new Set([
  "fcntl",
  "fcntl64",
  "ioctl",
  "kcmp",
  "keyctl",
  "membarrier",
  "mknod",
  "mknodat",
  "mq_open",
  "mremap",
  "prctl",
  "ptrace",
  "reboot",
  "rt_sigreturn",
  "syslog",
]);

/** Whether strace may print fewer arguments of a call than it has. */
export function printsFewer(call: string): boolean {
  return PRINTS_FEWER.has(call);
}

/** Calls whose layout differs. The others need no look at their arguments. */
export function hasLayout(call: string): boolean {
  return /^(?:futex|semctl|rt_sigreturn|restart_syscall|prctl|ioctl)$/.test(call);
}

/** Whether a rule takes a call by the number of its arguments. */
export function takesCount(
  rule: CompiledRule,
  { count, least }: Pick<Layout, "count" | "least">,
  fewer: boolean,
): boolean {
  const wanted = rule.patterns.length;
  if (count >= wanted) return count === wanted || rule.rest || least <= wanted;
  return fewer && rule.patterns.slice(count).every((pattern) => pattern === undefined);
}

/** Lays out the printed arguments of such a call. */
export function layOut(call: string, scanner: LineScanner, layout: Layout): void {
  const { argc } = scanner;
  const { order } = layout;
  layout.count = argc;
  layout.least = argc;
  for (let index = 0; index < argc; index += 1) order[index] = index;
  if (call === "futex") {
    // strace leaves out the arguments that an operation does not read, also in the middle.
    const missing = argc < 4 || argc > 5 ? 0 : missingFutexArguments(scanner.arg(1), argc);
    if (missing === 0) return;
    order[argc - 1 + missing] = argc - 1;
    for (let index = argc - 1; index < argc - 1 + missing; index += 1) order[index] = ABSENT;
    layout.count = argc + missing;
    layout.least = layout.count;
  } else if (call === "semctl") {
    if (argc === 4 && SEMCTL_OF_THREE.test(scanner.arg(2))) layout.least = 3;
  } else if (call === "rt_sigreturn" || call === "restart_syscall") {
    // What strace prints is what they return to; the calls have no arguments.
    layout.count = 0;
    layout.least = 0;
  } else {
    // The kernel does not look behind what the operation takes; trailing zeros are as good as none.
    while (layout.least > 1 && isZero(scanner.arg(layout.least - 1))) layout.least -= 1;
  }
}

function missingFutexArguments(operation: string, argc: number): number {
  // With -X raw the operation is a number, with its flags in the bits above.
  const number = Number.parseInt(operation, 16) & 0x7f;
  if (argc === 5 && (operation.includes("WAIT_BITSET") || number === 9)) return 1;
  if (argc === 4 && (operation.includes("WAKE_BITSET") || number === 10)) return 2;
  return 0;
}

function isZero(text: string): boolean {
  return text === "0" || text === "NULL" || text === "0x0";
}
