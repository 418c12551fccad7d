// SPDX-License-Identifier: MPL-2.0

import { PAGE_SIZE } from "@aster/ostd";
import type { IpcObject } from "../../ipc/sysv/ipc-object.ts";
import { MSGMAX, MSGMNB, MSGMNI } from "../../ipc/sysv/message-queue.ts";
import { SEMMNI } from "../../ipc/sysv/semaphores.ts";
import { SHMMNI } from "../../ipc/sysv/shared-memory.ts";
import type { ProcTree } from "./static-directory.ts";
import type { ProcContext, ProcEntry } from "./text.ts";

/** As C's "%*d": right-aligned in `width` columns. */
function column(value: number, width: number): string {
  return String(value).padStart(width);
}

function keyAndId({ key, id }: IpcObject, mode: number): string {
  return `${column(key | 0, 10)} ${column(id, 10)}  ${mode.toString(8).padStart(4)}`;
}

function owners({ uid, gid, creatorUid, creatorGid }: IpcObject): string {
  return [uid, gid, creatorUid, creatorGid].map((value) => column(value, 5)).join(" ");
}

function renderQueues({ reader }: ProcContext): string {
  let text =
    "       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid      stime      rtime      ctime\n";
  for (const queue of reader.kernel.sysvIpc.queues.objects) {
    text +=
      `${keyAndId(queue, queue.mode)}  ${column(queue.bytes, 10)} ${column(queue.messages.length, 10)} ` +
      `${column(queue.lastSender, 5)} ${column(queue.lastReceiver, 5)} ${owners(queue)} ` +
      `${column(queue.sentAt, 10)} ${column(queue.receivedAt, 10)} ${column(queue.changedAt, 10)}\n`;
  }
  return text;
}

function renderSemaphores({ reader }: ProcContext): string {
  let text =
    "       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n";
  for (const set of reader.kernel.sysvIpc.semaphores.objects) {
    text +=
      `${keyAndId(set, set.mode)} ${column(set.values.length, 10)} ${owners(set)} ` +
      `${column(set.operatedAt, 10)} ${column(set.changedAt, 10)}\n`;
  }
  return text;
}

function renderSegments({ reader }: ProcContext): string {
  let text =
    "       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid      atime      dtime      ctime                   rss                  swap\n";
  for (const segment of reader.kernel.sysvIpc.segments.objects) {
    const { attachments, residentPages } = segment.pages;
    text +=
      `${keyAndId(segment, segment.mode | segment.stateBits)} ${column(segment.sizeBytes, 21)} ` +
      `${column(segment.creatorPid, 5)} ${column(segment.lastPid, 5)}  ${column(attachments, 5)} ` +
      `${owners(segment)} ${column(segment.attachedAt, 10)} ${column(segment.detachedAt, 10)} ` +
      `${column(segment.changedAt, 10)} ${column(residentPages * PAGE_SIZE, 21)} ${column(0, 21)}\n`;
  }
  return text;
}

/** /proc/sysvipc (sysvipc(7)): what ipcs(1) reads. */
export const SYSVIPC_TREE: ProcTree = {
  files: [
    { name: "msg", render: renderQueues },
    { name: "sem", render: renderSemaphores },
    { name: "shm", render: renderSegments },
  ],
  directories: {},
};

function limit(name: string, text: string): ProcEntry {
  return { name, render: () => `${text}\n` };
}

/** SHMMAX and SHMALL: ULONG_MAX less 2^24, as Linux has them. */
const NO_LIMIT = "18446744073692774399";

/** The limits in /proc/sys/kernel; they can not be changed. */
export const IPC_LIMITS: readonly ProcEntry[] = [
  limit("msgmax", String(MSGMAX)),
  limit("msgmnb", String(MSGMNB)),
  limit("msgmni", String(MSGMNI)),
  limit("sem", `32000\t1024000000\t500\t${SEMMNI}`),
  limit("shm_rmid_forced", "0"),
  limit("shmall", NO_LIMIT),
  limit("shmmax", NO_LIMIT),
  limit("shmmni", String(SHMMNI)),
];
