// SPDX-License-Identifier: MPL-2.0

import type { Thread } from "../process/thread.ts";
import type { Result } from "../result.ts";
import { callHandler } from "./dispatch.ts";
import type { Syscall } from "./define.ts";
import { SYSCALL_NAMES } from "./names.ts";
import { DEVICE_SYSCALLS } from "./tables/device.ts";
import { FS_SYSCALLS } from "./tables/fs.ts";
import { PROCESS_SYSCALLS } from "./tables/process.ts";
import { VM_SYSCALLS } from "./tables/vm.ts";

/** Every system call of the kernel. */
export const SYSCALLS: readonly Syscall[] = [
  ...PROCESS_SYSCALLS,
  ...FS_SYSCALLS,
  ...DEVICE_SYSCALLS,
  ...VM_SYSCALLS,
];

/** The system calls by number, and which unknown numbers have been complained of. */
export class SystemCallTable {
  /** Without holes. */
  readonly byNumber: (Syscall | undefined)[] = [];
  private readonly reported: Set<number> = new Set();

  constructor(syscalls: readonly Syscall[] = SYSCALLS) {
    for (const syscall of syscalls) {
      const { x86_64: number } = syscall.number;
      while (this.byNumber.length <= number) this.byNumber.push(undefined);
      const other = this.byNumber[number];
      if (other !== undefined) {
        throw new Error(`system call ${number} is both ${other.name} and ${syscall.name}`);
      }
      this.byNumber[number] = syscall;
    }
  }

  get(number: number): Syscall | undefined {
    return number >= 0 && number < this.byNumber.length ? this.byNumber[number] : undefined;
  }

  /** restart_syscall(2): calls the handler of `call` with the registers as they are. */
  callAgain(thread: Thread, call: Syscall): Result {
    return callHandler(thread, call);
  }

  /** The name of a call, known or not, as strace prints it. */
  nameOf(number: number): string {
    return this.get(number)?.name ?? SYSCALL_NAMES[number] ?? `syscall_0x${registerText(number)}`;
  }

  /** Whether `number` is missed for the first time. */
  isFirstMiss(number: number): boolean {
    if (this.reported.has(number)) return false;
    this.reported.add(number);
    return true;
  }
}

/** The hexadecimal digits of the 64-bit register that holds a number of 32 bits, sign-extended. */
function registerText(number: number): string {
  if (number >= 0) return number.toString(16);
  return `ffffffff${(number >>> 0).toString(16).padStart(8, "0")}`;
}
