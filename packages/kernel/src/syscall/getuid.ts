// SPDX-License-Identifier: MPL-2.0

import { defineSyscall } from "./define.ts";
import type { Handler, Syscall } from "./define.ts";

function getter(name: string, number: number, handler: Handler): Syscall {
  return defineSyscall({ name, number: { x86_64: number }, args: [], support: "full", handler });
}

export const getuid: Syscall = getter("getuid", 102, (thread) => thread.credentials.uid);
export const geteuid: Syscall = getter("geteuid", 107, (thread) => thread.credentials.euid);
export const getgid: Syscall = getter("getgid", 104, (thread) => thread.credentials.gid);
export const getegid: Syscall = getter("getegid", 108, (thread) => thread.credentials.egid);
