// SPDX-License-Identifier: MPL-2.0

import { IPC_CREAT, IPC_EXCL, IPC_NOWAIT } from "../ipc/sysv/ipc-object.ts";
import type { Names } from "./args.ts";

/** Flags of semget(2), shmget(2) and msgget(2) beside the permissions, for the trace. */
export const IpcFlagNames: Names = { IPC_CREAT, IPC_EXCL, IPC_NOWAIT };
