// SPDX-License-Identifier: MPL-2.0

import type { Syscall } from "../define.ts";

/** System calls over devices, polling and event files. */
export const DEVICE_SYSCALLS: readonly Syscall[] = [];
