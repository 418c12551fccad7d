// SPDX-License-Identifier: MPL-2.0

import type { LineScanner } from "../trace/line.ts";

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
  /** Whether the number of arguments says nothing. */
  anyCount: boolean;
}

export function newLayout(): Layout {
  return { order: new Int32Array(64), count: 0, anyCount: false };
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

/** Commands of semctl(2) that have no fourth argument, though strace prints one. */
const SEMCTL_OF_THREE = /IPC_RMID|GETVAL|GETPID|GETNCNT|GETZCNT/;

/** Calls whose layout differs. The others need no look at their arguments. */
export function hasLayout(call: string): boolean {
  return call === "futex" || call === "semctl" || call === "prctl" || call === "ioctl";
}

/** Lays out the printed arguments of such a call. */
export function layOut(call: string, scanner: LineScanner, layout: Layout): void {
  const { argc } = scanner;
  const { order } = layout;
  layout.count = argc;
  for (let index = 0; index < argc; index += 1) order[index] = index;
  if (call === "futex") {
    // strace leaves out the arguments that an operation does not read, also in the middle.
    const missing = argc < 4 || argc > 5 ? 0 : missingFutexArguments(scanner.arg(1), argc);
    if (missing === 0) return;
    order[argc - 1 + missing] = argc - 1;
    for (let index = argc - 1; index < argc - 1 + missing; index += 1) order[index] = ABSENT;
    layout.count = argc + missing;
  } else if (call === "semctl") {
    if (argc === 4 && SEMCTL_OF_THREE.test(scanner.arg(2)) && isZero(scanner.arg(3)))
      layout.count = 3;
  } else {
    // The kernel does not look behind what the operation takes; trailing zeros are as good as none.
    while (layout.count > 1 && isZero(scanner.arg(layout.count - 1))) layout.count -= 1;
  }
}

function missingFutexArguments(operation: string, argc: number): number {
  if (argc === 5 && operation.includes("WAIT_BITSET")) return 1;
  if (argc === 4 && operation.includes("WAKE_BITSET")) return 2;
  return 0;
}

function isZero(text: string): boolean {
  return text === "0" || text === "NULL" || text === "0x0";
}

/**
 * How many printed arguments a rule of `count` parameters takes: `min` to `max`. An ioctl or
 * prctl operation prints as many as it reads, and rules have one parameter list for several.
 */
export function acceptsFewer(call: string): boolean {
  return call === "prctl" || call === "ioctl";
}
