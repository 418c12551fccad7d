// SPDX-License-Identifier: MPL-2.0

import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

export const getpid: Syscall = defineSyscall({
  name: "getpid",
  number: { x86_64: 39 },
  args: [],
  support: "full",
  handler: (thread) => thread.process.pid,
});

export const getppid: Syscall = defineSyscall({
  name: "getppid",
  number: { x86_64: 110 },
  args: [],
  support: "full",
  handler: (thread) => thread.process.parentPid,
});

export const gettid: Syscall = defineSyscall({
  name: "gettid",
  number: { x86_64: 186 },
  args: [],
  support: "full",
  handler: (thread) => thread.tid,
});
