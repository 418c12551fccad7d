// SPDX-License-Identifier: MPL-2.0

import type { VmReader, VmWriter } from "@aster/ostd";
import { Errno } from "../../abi/errno.ts";
import { ObjectCost } from "../../kernel-memory.ts";
import type { KernelMemory } from "../../kernel-memory.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import type { FilesInFlight } from "./files-in-flight.ts";
import type { Delivery, Envelope } from "./envelope.ts";
import type { ReceiveQueue } from "./receive-queue.ts";

/** Messages that wait at most, however small: Linux counts what it needs for each beside its bytes. */
const MAX_MESSAGES = 512;

class Packet {
  readonly bytes: Uint8Array;
  readonly envelope: Envelope;

  constructor(bytes: Uint8Array, envelope: Envelope) {
    this.bytes = bytes;
    this.envelope = envelope;
  }
}

/** What a datagram or sequenced-packet socket has been sent: messages, each whole. */
export class PacketQueue implements ReceiveQueue {
  private readonly messages: Packet[] = [];
  private bytes = 0;
  private readonly memory: KernelMemory;
  private readonly inFlight: FilesInFlight;
  /** How long the message that was taken last was, whatever of it was copied (MSG_TRUNC). */
  lastLength = 0;

  get isEmpty(): boolean {
    return this.messages.length === 0;
  }
  get readableBytes(): number {
    return this.countsAll ? this.bytes : (this.messages[0]?.bytes.length ?? 0);
  }
  get messageCount(): number {
    return this.messages.length;
  }
  hasRoom(count: number, limit: number): boolean {
    return this.messages.length < MAX_MESSAGES && this.bytes + count <= limit;
  }

  /** Whether FIONREAD counts all messages, as for sequenced packets, or the first one. */
  private readonly countsAll: boolean;

  constructor(memory: KernelMemory, inFlight: FilesInFlight, countsAll: boolean) {
    this.memory = memory;
    this.inFlight = inFlight;
    this.countsAll = countsAll;
  }

  add(reader: VmReader, envelope: Envelope, _limit: number): Result {
    const cost = ObjectCost.MESSAGE + reader.remain;
    if (!this.memory.charge(cost)) return fail(Errno.ENOBUFS);
    const bytes = new Uint8Array(reader.remain);
    if (reader.readBytes(bytes) < bytes.length) {
      this.memory.release(cost);
      return fail(Errno.EFAULT);
    }
    this.messages.push(new Packet(bytes, envelope));
    this.bytes += bytes.length;
    return bytes.length;
  }

  /** What does not fit into `writer` is lost with the message. */
  take(writer: VmWriter, peeks: boolean, delivery: Delivery | undefined): Result {
    const [message] = this.messages;
    if (message === undefined) return 0;
    const { bytes, envelope } = message;
    const { passed } = envelope;
    const wanted = Math.min(bytes.length, writer.avail);
    const moved = writer.writeBytes(bytes, 0, wanted);
    if (moved < wanted) return fail(Errno.EFAULT);
    this.lastLength = bytes.length;
    if (delivery !== undefined) {
      delivery.passed = passed;
      delivery.ids = envelope.ids;
      delivery.sender = envelope.sender.name;
    }
    if (!peeks) {
      this.messages.shift();
      this.bytes -= bytes.length;
      this.memory.release(ObjectCost.MESSAGE + bytes.length);
      if (delivery === undefined && passed !== undefined) this.inFlight.drop(passed);
    }
    return moved;
  }

  clear(): void {
    this.memory.release(this.bytes + this.messages.length * ObjectCost.MESSAGE);
    this.bytes = 0;
    for (const { envelope } of this.messages.splice(0)) {
      const { passed } = envelope;
      if (passed !== undefined) this.inFlight.drop(passed);
    }
  }
}
