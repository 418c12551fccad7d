// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { getI64, set64, StructBuffer } from "../abi/layout.ts";
import { IPC_NOWAIT, MAY_READ, MAY_WRITE } from "../ipc/sysv/ipc-object.ts";
import { MessageQueue, MSGMAX } from "../ipc/sysv/message-queue.ts";
import type { Thread } from "../process/thread.ts";
import { ERESTARTNOHAND, fail } from "../result.ts";
import type { Result } from "../result.ts";
import { address, flags, hex32, int, offset } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { IpcFlagNames } from "./ipc-names.ts";
import { readStruct } from "./user-struct.ts";

const MSG_NOERROR = 0o10000;
const MSG_EXCEPT = 0o20000;
const MSG_COPY = 0o40000;
const TYPE_BYTES = 8;

/** msgget(2). */
export const msgget: Syscall = defineSyscall({
  name: "msgget",
  number: { x86_64: 68 },
  args: [hex32("key"), flags("msgflg", IpcFlagNames)],
  support: "full",
  handler(thread, keyBits, getFlags) {
    const key = keyBits | 0;
    const { queues } = thread.kernel.sysvIpc;
    const found = queues.lookup(thread, key, getFlags);
    if (typeof found === "number") return found;
    if (found !== undefined) return found.id;
    if (thread.kernel.memory.isExhausted) return fail(Errno.ENOMEM);
    return queues.add(new MessageQueue(thread, queues.takeId(), key, getFlags));
  },
});

/** The queue that the call started with: one that was removed since is EIDRM. */
function findQueue(thread: Thread, id: number): MessageQueue | Result {
  const known = thread.restart.data;
  const queue = known instanceof MessageQueue ? known : thread.kernel.sysvIpc.queues.find(id);
  if (queue === undefined || id < 0) return fail(Errno.EINVAL, "there is no such queue");
  return queue.isRemoved ? fail(Errno.EIDRM) : queue;
}

/** msgsnd(2). */
export const msgsnd: Syscall = defineSyscall({
  name: "msgsnd",
  number: { x86_64: 69 },
  args: [int("msqid"), address("msgp"), offset("msgsz"), flags("msgflg", { IPC_NOWAIT })],
  support: "full",
  handler(thread, id, messageAddress, length, sendFlags) {
    const head = readStruct(thread, messageAddress, TYPE_BYTES);
    if (head === undefined) return fail(Errno.EFAULT);
    if (length < 0 || length > MSGMAX || id < 0) return fail(Errno.EINVAL, "it is too long");
    const type = getI64(head, 0);
    if (type < 1) return fail(Errno.EINVAL, "the type is not positive");
    const view = readStruct(thread, messageAddress, TYPE_BYTES + length);
    if (view === undefined) return fail(Errno.EFAULT);
    const queue = findQueue(thread, id);
    if (typeof queue === "number") return queue;
    if (!queue.permits(thread.credentials, MAY_WRITE)) return fail(Errno.EACCES);
    if (!queue.hasRoom(length)) {
      if ((sendFlags & IPC_NOWAIT) !== 0) return fail(Errno.EAGAIN, "the queue is full");
      thread.restart.data = queue;
      return thread.block(queue.sendQueue, Infinity, ERESTARTNOHAND);
    }
    const bytes = new Uint8Array(view.buffer, view.byteOffset + TYPE_BYTES, length);
    return queue.send(thread, { type, bytes }) ? 0 : fail(Errno.ENOMEM);
  },
});

/** msgrcv(2). */
export const msgrcv: Syscall = defineSyscall({
  name: "msgrcv",
  number: { x86_64: 70 },
  args: [
    int("msqid"),
    address("msgp"),
    offset("msgsz"),
    offset("msgtyp"),
    flags("msgflg", { IPC_NOWAIT, MSG_NOERROR, MSG_EXCEPT, MSG_COPY }),
  ],
  support: "full",
  handler(thread, id, messageAddress, room, type, receiveFlags) {
    if (room < 0 || id < 0) return fail(Errno.EINVAL);
    if ((receiveFlags & MSG_COPY) !== 0 && !isCopyValid(receiveFlags)) return fail(Errno.EINVAL);
    if ((receiveFlags & MSG_COPY) !== 0) {
      // Linux makes the copy's place from what lies there.
      const place = readStruct(thread, messageAddress + TYPE_BYTES, Math.min(room, MSGMAX));
      if (place === undefined) return fail(Errno.EFAULT);
    }
    const queue = findQueue(thread, id);
    if (typeof queue === "number") return queue;
    if (!queue.permits(thread.credentials, MAY_READ)) return fail(Errno.EACCES);
    const isCopy = (receiveFlags & MSG_COPY) !== 0;
    const isExcept = (receiveFlags & MSG_EXCEPT) !== 0;
    // With MSG_COPY the type is a place in the queue.
    const index = isCopy ? type : queue.indexOf(type, isExcept);
    const message = queue.messages[index];
    if (message === undefined) {
      if ((receiveFlags & IPC_NOWAIT) !== 0) return fail(Errno.ENOMSG);
      thread.restart.data = queue;
      return thread.block(queue.receiveQueue, Infinity, ERESTARTNOHAND);
    }
    const { length } = message.bytes;
    if (length > room && (receiveFlags & MSG_NOERROR) === 0) return fail(Errno.E2BIG);
    // As on Linux, a message whose copy-out faults is gone.
    if (!isCopy) queue.take(thread, index);
    return copyOut(thread, messageAddress, message.type, message.bytes, Math.min(length, room));
  },
});

function isCopyValid(receiveFlags: number): boolean {
  return (receiveFlags & MSG_EXCEPT) === 0 && (receiveFlags & IPC_NOWAIT) !== 0;
}

/** LONG_MAX as it lies in memory. */
const LARGEST_TYPE: readonly number[] = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];

function copyOut(
  thread: Thread,
  address: number,
  type: number,
  bytes: Uint8Array,
  count: number,
): Result {
  const head = new StructBuffer(TYPE_BYTES);
  // The largest type is no number of its own: it is told from the next power of two, which is none.
  if (type < 2 ** 63) set64(head.view, 0, type);
  else head.bytes.set(LARGEST_TYPE);
  const { memory } = thread;
  const isWritten =
    memory.writeBytes(address, head.bytes, 0, TYPE_BYTES) === TYPE_BYTES &&
    memory.writeBytes(address + TYPE_BYTES, bytes, 0, count) === count;
  return isWritten ? count : fail(Errno.EFAULT);
}
