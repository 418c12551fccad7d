// SPDX-License-Identifier: MPL-2.0

import type { VmReader, VmWriter } from "@aster/ostd";
import { Errno } from "../../abi/errno.ts";
import { ObjectCost } from "../../kernel-memory.ts";
import type { KernelMemory } from "../../kernel-memory.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { SOCKET_BUFFER_BYTES } from "./receive-queue.ts";
import type { ReceiveQueue } from "./receive-queue.ts";

/** Messages that wait at most (net.unix.max_dgram_qlen of Linux is 512). */
const MAX_MESSAGES = 512;

/** What a datagram or sequenced-packet socket has been sent: messages, each whole. */
export class PacketQueue implements ReceiveQueue {
  private readonly messages: Uint8Array[] = [];
  private bytes = 0;
  private readonly memory: KernelMemory;
  /** How long the message that was taken last was, whatever of it was copied (MSG_TRUNC). */
  lastLength = 0;

  get isEmpty(): boolean {
    return this.messages.length === 0;
  }
  get readableBytes(): number {
    return this.countsAll ? this.bytes : (this.messages[0]?.length ?? 0);
  }
  hasRoom(count: number): boolean {
    return this.messages.length < MAX_MESSAGES && this.bytes + count <= SOCKET_BUFFER_BYTES;
  }

  /** Whether FIONREAD counts all messages, as for sequenced packets, or the first one. */
  private readonly countsAll: boolean;

  constructor(memory: KernelMemory, countsAll: boolean) {
    this.memory = memory;
    this.countsAll = countsAll;
  }

  add(reader: VmReader): Result {
    const cost = ObjectCost.MESSAGE + reader.remain;
    if (!this.memory.charge(cost)) return fail(Errno.ENOBUFS);
    const message = new Uint8Array(reader.remain);
    if (reader.readBytes(message) < message.length) {
      this.memory.release(cost);
      return fail(Errno.EFAULT);
    }
    this.messages.push(message);
    this.bytes += message.length;
    return message.length;
  }

  /** What does not fit into `writer` is lost with the message. */
  take(writer: VmWriter, peeks: boolean): Result {
    const [message] = this.messages;
    if (message === undefined) return 0;
    const wanted = Math.min(message.length, writer.avail);
    const moved = writer.writeBytes(message, 0, wanted);
    if (moved < wanted) return fail(Errno.EFAULT);
    this.lastLength = message.length;
    if (!peeks) {
      this.messages.shift();
      this.bytes -= message.length;
      this.memory.release(ObjectCost.MESSAGE + message.length);
    }
    return moved;
  }

  clear(): void {
    this.memory.release(this.bytes + this.messages.length * ObjectCost.MESSAGE);
    this.messages.length = 0;
    this.bytes = 0;
  }
}
