// SPDX-License-Identifier: MPL-2.0

import type { Syscall } from "../define.ts";

export const VM_SYSCALLS: readonly Syscall[] = [];
