// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { getU64, set32, set64, setU16, StructBuffer } from "../abi/layout.ts";
import { IPC_INFO, IPC_SET } from "../ipc/sysv/ipc-object.ts";
import { MSGMAX, MSGMNB, MSGMNI } from "../ipc/sysv/message-queue.ts";
import type { MessageQueue } from "../ipc/sysv/message-queue.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { Capability } from "../security/capabilities.ts";
import { address, int } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { controlObject, setObject, statAtIndex } from "./ipc-control.ts";
import type { IpcControl } from "./ipc-control.ts";
import { readStruct, writeStruct } from "./user-struct.ts";

const MSG_STAT = 11;
const MSG_INFO = 12;
const MSG_STAT_ANY = 13;

/** struct msqid64_ds on x86-64. */
const MSQID_BYTES = 120;
const Msqid = {
  stime: 48,
  rtime: 56,
  ctime: 64,
  cbytes: 72,
  qnum: 80,
  qbytes: 88,
  lspid: 96,
  lrpid: 100,
} as const;
const MSGINFO_BYTES = 32;
/** What Linux tells of structures that it has no more. */
const MSGPOOL = (MSGMNI * MSGMNB) / 1024;
const MSGSSZ = 16;
const MSGSEG = 0xffff;

/** msgctl(2). */
export const msgctl: Syscall = defineSyscall({
  name: "msgctl",
  number: { x86_64: 71 },
  args: [int("msqid"), int("cmd"), address("buf")],
  scml: [{ cmd: "IPC_RMID | IPC_SET | IPC_STAT | IPC_INFO | MSG_STAT | MSG_INFO | MSG_STAT_ANY" }],
  support: "full",
  handler(thread, id, command, argument) {
    if (id < 0 || command < 0) return fail(Errno.EINVAL);
    const { queues } = thread.kernel.sysvIpc;
    switch (command) {
      case IPC_INFO:
      case MSG_INFO:
        return writeInfo(thread, command === MSG_INFO, argument);
      case MSG_STAT:
      case MSG_STAT_ANY:
        return statAtIndex(CONTROL, thread, id, argument, command === MSG_STAT_ANY);
      case IPC_SET: {
        const view = readStruct(thread, argument, CONTROL.setBytes);
        return view === undefined
          ? fail(Errno.EFAULT)
          : setObject(CONTROL, thread, queues.find(id), view);
      }
      default: {
        const queue = queues.find(id);
        if (queue === undefined) return fail(Errno.EINVAL, "there is no such queue");
        return controlObject(CONTROL, thread, queue, command, argument);
      }
    }
  },
});

const CONTROL: IpcControl<MessageQueue> = {
  statBytes: MSQID_BYTES,
  setBytes: MSQID_BYTES,
  tableOf: ({ sysvIpc }) => sysvIpc.queues,
  fillStat(queue, view) {
    set64(view, Msqid.stime, queue.sentAt);
    set64(view, Msqid.rtime, queue.receivedAt);
    set64(view, Msqid.ctime, queue.changedAt);
    set64(view, Msqid.cbytes, queue.bytes);
    set64(view, Msqid.qnum, queue.messages.length);
    set64(view, Msqid.qbytes, queue.maxBytes);
    set32(view, Msqid.lspid, queue.lastSender);
    set32(view, Msqid.lrpid, queue.lastReceiver);
  },
  set(thread, queue, view) {
    const maxBytes = getU64(view, Msqid.qbytes);
    if (maxBytes > MSGMNB && !thread.credentials.has(Capability.SYS_RESOURCE)) {
      return fail(Errno.EPERM, "the size is above msgmnb");
    }
    queue.setPermissions(view);
    queue.maxBytes = maxBytes;
    queue.sendQueue.wakeAll();
    return 0;
  },
  remove(queue) {
    queue.kernel.sysvIpc.queues.remove(queue);
    queue.dissolve();
  },
};

/** struct msginfo: msgpool, msgmap, msgmax, msgmnb, msgmni, msgssz, msgtql, msgseg. */
function writeInfo(thread: Thread, isUsage: boolean, address: number): Result {
  const { queues } = thread.kernel.sysvIpc;
  let messages = 0;
  let bytes = 0;
  for (const queue of queues.objects) {
    messages += queue.messages.length;
    bytes += queue.bytes;
  }
  const pool = isUsage ? queues.count : MSGPOOL;
  const map = isUsage ? messages : MSGMNB;
  const tql = isUsage ? bytes : MSGMNB;
  const buffer = new StructBuffer(MSGINFO_BYTES);
  for (const [i, field] of [pool, map, MSGMAX, MSGMNB, MSGMNI, MSGSSZ, tql].entries()) {
    set32(buffer.view, 4 * i, field);
  }
  setU16(buffer.view, 28, MSGSEG);
  const written = writeStruct(thread, address, buffer);
  return written < 0 ? written : queues.highestIndex;
}
