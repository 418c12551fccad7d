// SPDX-License-Identifier: MPL-2.0

import { brk } from "../brk.ts";
import type { Syscall } from "../define.ts";
import { execve, execveat } from "../execve.ts";
import { madvise } from "../madvise.ts";
import { mincore } from "../mincore.ts";
import { mlock, mlock2, mlockall, munlock, munlockall } from "../mlock.ts";
import { mmap } from "../mmap.ts";
import { mprotect } from "../mprotect.ts";
import { mremap } from "../mremap.ts";
import { msync } from "../msync.ts";
import { munmap } from "../munmap.ts";

/** Memory, and programs in it. */
export const VM_SYSCALLS: readonly Syscall[] = [
  mmap,
  mprotect,
  munmap,
  brk,
  mremap,
  msync,
  mincore,
  madvise,
  execve,
  mlock,
  munlock,
  mlockall,
  munlockall,
  execveat,
  mlock2,
];
