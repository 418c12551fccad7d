// SPDX-License-Identifier: MPL-2.0

import { DmaCoherent } from "@aster/ostd";
import type { VirtQueue } from "../queue.ts";

/** Events of the control queues (virtio 1.2, 5.3.6.2). */
export const ControlEvent = {
  DEVICE_READY: 0,
  PORT_ADD: 1,
  PORT_REMOVE: 2,
  PORT_READY: 3,
  CONSOLE_PORT: 4,
  RESIZE: 5,
  PORT_OPEN: 6,
  PORT_NAME: 7,
} as const;

/** struct virtio_console_control: le32 id, le16 event, le16 value; then a payload. */
const HEADER_BYTES = 8;
const RECEIVE_SLOT_BYTES = 256;
const RECEIVE_SLOTS = 16;
const TRANSMIT_SLOTS = 32;

/** A message from the device. */
export interface ControlMessage {
  readonly id: number;
  readonly event: number;
  readonly value: number;
  readonly payload: Uint8Array;
}

/** The two control queues of a multiport console. */
export class ControlQueues {
  readonly receiveQueue: VirtQueue;
  readonly transmitQueue: VirtQueue;
  private readonly receiveMemory: DmaCoherent;
  private readonly transmitMemory: DmaCoherent;
  private readonly receiveSlotOf: Uint8Array;
  private readonly transmitSlotOf: Uint8Array;
  private readonly freeTransmit: number[] = [];
  /** Messages that wait for a free slot, as id, event and value in turn. */
  private readonly waiting: number[] = [];

  private constructor(
    receiveQueue: VirtQueue,
    transmitQueue: VirtQueue,
    receiveMemory: DmaCoherent,
    transmitMemory: DmaCoherent,
  ) {
    this.receiveQueue = receiveQueue;
    this.transmitQueue = transmitQueue;
    this.receiveMemory = receiveMemory;
    this.transmitMemory = transmitMemory;
    this.receiveSlotOf = new Uint8Array(receiveQueue.size);
    this.transmitSlotOf = new Uint8Array(transmitQueue.size);
    const slots = Math.min(TRANSMIT_SLOTS, transmitQueue.size);
    for (let slot = 0; slot < slots; slot++) this.freeTransmit.push(slot);
  }

  static create(receiveQueue: VirtQueue, transmitQueue: VirtQueue): ControlQueues | undefined {
    const receive = DmaCoherent.alloc(1);
    const transmit = DmaCoherent.alloc(1);
    if (receive === undefined || transmit === undefined) {
      receive?.drop();
      transmit?.drop();
      return undefined;
    }
    return new ControlQueues(receiveQueue, transmitQueue, receive, transmit);
  }

  /** Gives the device buffers for its messages. */
  start(): void {
    const slots = Math.min(RECEIVE_SLOTS, this.receiveQueue.size);
    for (let slot = 0; slot < slots; slot++) this.offer(slot);
  }

  /** The next message of the device; undefined when there is none. */
  receive(): ControlMessage | undefined {
    for (let head = this.receiveQueue.takeUsed(); head >= 0; head = this.receiveQueue.takeUsed()) {
      const slot = this.receiveSlotOf[head] ?? 0;
      const length = this.receiveQueue.usedLength;
      const message = length < HEADER_BYTES ? undefined : this.decode(slot, length);
      this.offer(slot);
      if (message !== undefined) return message;
    }
    return undefined;
  }

  /** Queues a message for the device; the caller notifies. */
  send(id: number, event: number, value: number): void {
    this.waiting.push(id, event, value);
    this.flush();
  }

  /** Takes back what the device has read, and sends what waits; whether anything was sent. */
  flush(): boolean {
    for (
      let head = this.transmitQueue.takeUsed();
      head >= 0;
      head = this.transmitQueue.takeUsed()
    ) {
      this.freeTransmit.push(this.transmitSlotOf[head] ?? 0);
    }
    let sent = false;
    while (this.waiting.length > 0) {
      const slot = this.freeTransmit.pop();
      if (slot === undefined) break;
      const [id = 0, event = 0, value = 0] = this.waiting.splice(0, 3);
      const at = slot * HEADER_BYTES;
      this.transmitMemory.writeU32(at, id);
      this.transmitMemory.writeU16(at + 4, event);
      this.transmitMemory.writeU16(at + 6, value);
      const head = this.transmitQueue.addOne(this.transmitMemory.daddr + at, HEADER_BYTES, false);
      if (head < 0) break;
      this.transmitSlotOf[head] = slot;
      sent = true;
    }
    return sent;
  }

  private decode(slot: number, length: number): ControlMessage {
    const at = slot * RECEIVE_SLOT_BYTES;
    const payload = new Uint8Array(length - HEADER_BYTES);
    this.receiveMemory.readBytes(at + HEADER_BYTES, payload, 0, payload.length);
    return {
      id: this.receiveMemory.readU32(at),
      event: this.receiveMemory.readU16(at + 4),
      value: this.receiveMemory.readU16(at + 6),
      payload,
    };
  }

  private offer(slot: number): void {
    const address = this.receiveMemory.daddr + slot * RECEIVE_SLOT_BYTES;
    const head = this.receiveQueue.addOne(address, RECEIVE_SLOT_BYTES, true);
    if (head >= 0) this.receiveSlotOf[head] = slot;
  }
}
