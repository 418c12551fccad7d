// SPDX-License-Identifier: MPL-2.0

import type { VmReader } from "@aster/ostd";
import type { ConsolePort } from "../drivers/virtio/console/port.ts";
import { HEADER_BYTES, HostMessage, MESSAGE_BYTES_MAX } from "./protocol.ts";
import { LENGTH_BYTES, Message, START_BYTES } from "./wire.ts";

/** Gets the input of commands, part by part as it comes. */
export interface InputReceiver {
  /** Takes `count` bytes of `reader`: input of the command with this id. */
  addInput(id: number, reader: VmReader, count: number): void;
}

/**
 * Messages from the host. The payload of INPUT is the only one that is long and comes often: it
 * goes to its command straight from the port's buffers, and is no message here.
 */
export class Inbox {
  private readonly port: ConsolePort;
  private readonly receiver: InputReceiver;
  private readonly start: Uint8Array = new Uint8Array(START_BYTES);
  private startCount = 0;
  /** The message that is coming, without its length; unless it is INPUT. */
  private body: Uint8Array = new Uint8Array(0);
  private bodyCount = 0;
  /** Bytes of INPUT that have yet to come, and whose they are. */
  private inputLeft = 0;
  private inputId = 0;

  constructor(port: ConsolePort, receiver: InputReceiver) {
    this.port = port;
    this.receiver = receiver;
  }

  /** The next message but for INPUT; undefined when no more has come. Throws `RangeError` on a length that no message has. */
  next(): Message | undefined {
    for (let reader = this.port.peek(); reader !== undefined; reader = this.port.peek()) {
      const available = reader.remain;
      const message = this.take(reader);
      this.port.consume(available - reader.remain);
      if (message !== undefined) return message;
    }
    return undefined;
  }

  /** Reads up to the end of a message, which it gives; undefined where `reader` ends before. */
  private take(reader: VmReader): Message | undefined {
    while (reader.remain > 0) {
      if (this.inputLeft > 0) {
        this.takeInput(reader);
      } else if (this.startCount < START_BYTES) {
        this.startCount += reader.readBytes(this.start, this.startCount);
        if (this.startCount === START_BYTES) this.begin();
      } else {
        this.bodyCount += reader.readBytes(this.body, this.bodyCount);
      }
      if (this.startCount === START_BYTES && this.bodyCount === this.body.length) {
        this.startCount = 0;
        return new Message(this.body);
      }
    }
    return undefined;
  }

  private takeInput(reader: VmReader): void {
    const count = Math.min(this.inputLeft, reader.remain);
    const after = reader.remain - count;
    this.receiver.addInput(this.inputId, reader, count);
    // What nobody wanted is dropped.
    reader.skip(reader.remain - after);
    this.inputLeft -= count;
  }

  /** Length, type and id are known. */
  private begin(): void {
    const view = new DataView(this.start.buffer);
    const length = view.getUint32(0, true);
    if (length < HEADER_BYTES || length > MESSAGE_BYTES_MAX) {
      throw new RangeError(`a message of ${length} bytes`);
    }
    if (view.getUint8(LENGTH_BYTES) === HostMessage.INPUT) {
      this.inputId = view.getUint32(LENGTH_BYTES + 1, true);
      this.inputLeft = length - HEADER_BYTES;
      this.startCount = 0;
      return;
    }
    this.body = new Uint8Array(length);
    this.body.set(this.start.subarray(LENGTH_BYTES));
    this.bodyCount = HEADER_BYTES;
  }
}
