// SPDX-License-Identifier: MPL-2.0

import { SYSCALLS_TEXT } from "./generated/syscalls.ts";

/** The architectures whose system call numbers are known. */
export type Architecture = "x86_64" | "aarch64" | "riscv64";

export const ARCHITECTURES: readonly Architecture[] = ["x86_64", "aarch64", "riscv64"];

export interface SyscallFact {
  readonly name: string;
  /** The number on each architecture that has the call; none for calls of 32-bit systems only. */
  readonly numbers: Readonly<Partial<Record<Architecture, number>>>;
  /** How many arguments Linux takes; undefined where it is not known. */
  readonly args?: number;
}

let facts: ReadonlyMap<string, SyscallFact> | undefined;

/** Every system call that Linux has on some architecture, by name. */
export function syscallFacts(): ReadonlyMap<string, SyscallFact> {
  if (facts !== undefined) return facts;
  const found = new Map<string, SyscallFact>();
  for (const row of SYSCALLS_TEXT.trim().split(/\s+/)) {
    const [name = "", values = ""] = row.split(":");
    const [x86_64, aarch64, riscv64, , args] = values.split(",");
    const numbers: Partial<Record<Architecture, number>> = {};
    for (const [architecture, text] of [
      ["x86_64", x86_64],
      ["aarch64", aarch64],
      ["riscv64", riscv64],
    ] as const) {
      if (text !== undefined && text !== "-") numbers[architecture] = Number(text);
    }
    found.set(name, args === "?" ? { name, numbers } : { name, numbers, args: Number(args) });
  }
  facts = found;
  return found;
}

/**
 * Calls that a program, and so a rule, may well write with fewer arguments than the kernel takes:
 * what is left out is not looked at for the flags or the command in question.
 */
export const FEWEST_ARGS: Readonly<Record<string, number>> = {
  open: 2,
  openat: 3,
  fcntl: 2,
  ioctl: 2,
  prctl: 1,
  arch_prctl: 1,
  futex: 3,
  semctl: 3,
  mremap: 4,
  clone: 1,
  keyctl: 1,
  ptrace: 1,
  reboot: 2,
  mq_open: 2,
  quotactl: 3,
  seccomp: 2,
  sendto: 4,
  recvfrom: 4,
  syslog: 1,
  kcmp: 3,
  bpf: 1,
  personality: 0,
  shmctl: 2,
  msgctl: 2,
  io_uring_register: 2,
  accept: 1,
  shmat: 1,
  getrandom: 2,
  faccessat: 2,
  fchmodat: 2,
};

/**
 * Calls whose C library function has other arguments than the system call, by the number that the
 * function takes; rules may be written after either.
 */
export const LIBRARY_ARGS: Readonly<Record<string, readonly number[]>> = {
  clone: [4, 5, 6, 7],
  eventfd: [1, 2],
  faccessat: [3, 4],
  fchmodat: [3, 4],
  pselect6: [6],
  sigaction: [3],
  signalfd: [3],
  epoll_pwait: [5, 6],
  ppoll: [4, 5],
  preadv: [4],
  preadv2: [5],
  pwritev: [4],
  pwritev2: [5],
  rt_sigaction: [3, 4],
  rt_sigprocmask: [3, 4],
  umount: [1],
};
