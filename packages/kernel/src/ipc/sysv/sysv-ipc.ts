// SPDX-License-Identifier: MPL-2.0

import { IpcTable } from "./ipc-object.ts";
import { MSGMNI } from "./message-queue.ts";
import type { MessageQueue } from "./message-queue.ts";
import { SEMMNI } from "./semaphores.ts";
import type { SemaphoreSet } from "./semaphores.ts";
import { SHMMNI } from "./shared-memory.ts";
import type { ShmSegment } from "./shared-memory.ts";

/** System V's objects of one system (sysvipc(7)). */
export class SysvIpc {
  readonly semaphores: IpcTable<SemaphoreSet> = new IpcTable(SEMMNI);
  readonly segments: IpcTable<ShmSegment> = new IpcTable(SHMMNI);
  readonly queues: IpcTable<MessageQueue> = new IpcTable(MSGMNI);
}
