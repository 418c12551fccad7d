// SPDX-License-Identifier: MPL-2.0

import { WaitQueue } from "@aster/ostd";
import { ObjectCost } from "../../kernel-memory.ts";
import type { Thread } from "../../process/thread.ts";
import { IpcObject } from "./ipc-object.ts";

/** Limits as in /proc/sys/kernel. */
export const MSGMNI = 32_000;
export const MSGMAX = 8192;
export const MSGMNB = 16_384;

/** A message on its way. */
export interface Message {
  readonly type: number;
  readonly bytes: Uint8Array;
}

/** msgget(2). */
export class MessageQueue extends IpcObject {
  readonly messages: Message[] = [];
  /** Bytes in all messages, and the most that there may be. */
  bytes = 0;
  maxBytes: number = MSGMNB;
  sentAt = 0;
  receivedAt = 0;
  lastSender = 0;
  lastReceiver = 0;
  readonly sendQueue: WaitQueue = new WaitQueue();
  readonly receiveQueue: WaitQueue = new WaitQueue();

  /** Whether a message of `length` bytes finds room; empty ones count too (msgsnd(2)). */
  hasRoom(length: number): boolean {
    return this.bytes + length <= this.maxBytes && this.messages.length + 1 <= this.maxBytes;
  }

  /** Takes a message in; false where the kernel has no memory for it. */
  send(thread: Thread, message: Message): boolean {
    if (!this.kernel.memory.charge(ObjectCost.MESSAGE + message.bytes.length)) return false;
    this.messages.push(message);
    this.bytes += message.bytes.length;
    this.sentAt = this.now();
    this.lastSender = thread.process.pid;
    this.receiveQueue.wakeAll();
    return true;
  }

  /**
   * Where the message stands that msgrcv(2) wants: any (0), the first of a type, of any other
   * type (`isExcept`), or of the lowest type up to -`type`. -1: there is none.
   */
  indexOf(type: number, isExcept: boolean): number {
    const { messages } = this;
    if (type === 0) return messages.length > 0 ? 0 : -1;
    if (type > 0) return messages.findIndex((message) => (message.type === type) !== isExcept);
    let best = -1;
    for (const [i, message] of messages.entries()) {
      const lowest = messages[best];
      const isLower = lowest === undefined ? message.type <= -type : message.type < lowest.type;
      if (isLower) best = i;
    }
    return best;
  }

  take(thread: Thread, index: number): void {
    const [message] = this.messages.splice(index, 1);
    if (message === undefined) return;
    this.bytes -= message.bytes.length;
    this.kernel.memory.release(ObjectCost.MESSAGE + message.bytes.length);
    this.receivedAt = this.now();
    this.lastReceiver = thread.process.pid;
    this.sendQueue.wakeAll();
  }

  /** After the queue was taken out of its table: whoever waits gets EIDRM. */
  dissolve(): void {
    for (const { bytes } of this.messages) {
      this.kernel.memory.release(ObjectCost.MESSAGE + bytes.length);
    }
    this.messages.length = 0;
    this.sendQueue.wakeAll();
    this.receiveQueue.wakeAll();
  }
}
