// SPDX-License-Identifier: MPL-2.0

import type { Syscall } from "../define.ts";

/** System calls over processes, signals, time, credentials and the system as a whole. */
export const PROCESS_SYSCALLS: readonly Syscall[] = [];
