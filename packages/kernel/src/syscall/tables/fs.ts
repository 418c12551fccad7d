// SPDX-License-Identifier: MPL-2.0

import type { Syscall } from "../define.ts";

export const FS_SYSCALLS: readonly Syscall[] = [];
