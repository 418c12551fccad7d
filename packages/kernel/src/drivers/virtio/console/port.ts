// SPDX-License-Identifier: MPL-2.0

import { DmaStream, PAGE_SIZE } from "@aster/ostd";
import type { VmReader, VmWriter } from "@aster/ostd";
import type { VirtQueue } from "../queue.ts";
import type { VirtioConsole } from "./console.ts";

/** As many as several small inputs need, and as large as one that does not end is quick with. */
const RECEIVE_BUFFERS = 8;
const RECEIVE_PAGES = 4;
const RECEIVE_BYTES: number = RECEIVE_PAGES * PAGE_SIZE;
/** The device hears of buffers that it has back when it may be out of them, not of each. */
const RETURNED_BUFFERS_MAX = RECEIVE_BUFFERS / 2;
const TRANSMIT_BUFFERS = 8;
const TRANSMIT_PAGES = 2;
const TRANSMIT_BYTES: number = TRANSMIT_PAGES * PAGE_SIZE;
/** All of them are one buffer where none is in use: it has room for what a pipe holds, and a header. */
const ALL_PAGES: number = TRANSMIT_BUFFERS * TRANSMIT_PAGES + 1;
const ALL_BYTES: number = ALL_PAGES * PAGE_SIZE;
const ALL_BUFFERS = 0xff;

/** Told of what happens on a port: a terminal, or the files that have it open. */
export interface PortListener {
  /** Input came, or the device went away. */
  portReadable(): void;
  /** There is room for output again, or none will ever come. */
  portWritable(): void;
  /** The host opened or closed its end. */
  portConnectionChanged(): void;
}

/** A buffer with input that nobody has read yet. */
interface ReceivedBuffer {
  readonly buffer: number;
  offset: number;
  readonly length: number;
}

/** One port of a console device: two queues and the buffers that go round in them. */
export class ConsolePort {
  readonly console: VirtioConsole;
  readonly id: number;
  /** The host has its end open. */
  hostConnected = false;
  /** The device took the port away. */
  removed = false;
  listener: PortListener | undefined = undefined;

  private readonly receiveQueue: VirtQueue;
  private readonly transmitQueue: VirtQueue;
  private readonly receiveMemory: DmaStream;
  private readonly transmitMemory: DmaStream;
  /** Which buffer a chain carries, by its head. */
  private readonly receiveBufferOf: Uint8Array;
  private readonly transmitBufferOf: Uint8Array;
  private readonly received: ReceivedBuffer[] = [];
  private readonly transmitBuffers: number;
  private readonly freeTransmit: number[] = [];
  private readonly sentBytesOf: Uint32Array;
  private unsentBytes = 0;
  private waitsForRoom = false;
  /** Receive buffers that were offered without telling the device. */
  private returned = 0;

  private constructor(
    console: VirtioConsole,
    id: number,
    queues: readonly [VirtQueue, VirtQueue],
    memory: readonly [DmaStream, DmaStream],
  ) {
    this.console = console;
    this.id = id;
    [this.receiveQueue, this.transmitQueue] = queues;
    [this.receiveMemory, this.transmitMemory] = memory;
    this.receiveBufferOf = new Uint8Array(this.receiveQueue.size);
    this.transmitBufferOf = new Uint8Array(this.transmitQueue.size);
    this.sentBytesOf = new Uint32Array(this.transmitQueue.size);
    this.transmitBuffers = Math.min(TRANSMIT_BUFFERS, this.transmitQueue.size);
    this.freeTransmitBuffers();
    this.transmitQueue.setInterrupts(false);
  }

  /** Undefined when memory is out. */
  static create(
    console: VirtioConsole,
    id: number,
    receiveQueue: VirtQueue,
    transmitQueue: VirtQueue,
  ): ConsolePort | undefined {
    const receive = DmaStream.alloc(RECEIVE_BUFFERS * RECEIVE_PAGES, "fromDevice");
    const transmit = DmaStream.alloc(ALL_PAGES, "toDevice");
    if (receive === undefined || transmit === undefined) {
      receive?.drop();
      transmit?.drop();
      return undefined;
    }
    return new ConsolePort(console, id, [receiveQueue, transmitQueue], [receive, transmit]);
  }

  /** Gives the device all receive buffers. */
  start(): void {
    const buffers = Math.min(RECEIVE_BUFFERS, this.receiveQueue.size);
    for (let buffer = 0; buffer < buffers; buffer++) this.offerReceive(buffer);
    this.console.transport.notify(this.receiveQueue);
  }

  /** Whether nothing will ever come or go here any more. */
  get dead(): boolean {
    return this.removed || this.console.broken;
  }

  // --- Input

  get hasInput(): boolean {
    return this.received.length > 0;
  }

  /** Bytes that can be read at once. */
  get inputBytes(): number {
    let bytes = 0;
    for (const { offset, length } of this.received) bytes += length - offset;
    return bytes;
  }

  /** Moves input to `writer`; the bytes moved, fewer than wanted and available on a fault. */
  readInto(writer: VmWriter): number {
    let moved = 0;
    for (let first = this.received[0]; first !== undefined; first = this.received[0]) {
      const wanted = Math.min(first.length - first.offset, writer.avail);
      if (wanted === 0) break;
      const at = first.buffer * RECEIVE_BYTES + first.offset;
      const done = this.receiveMemory.reader(at, wanted).read(writer);
      moved += done;
      this.advanceInput(first, done);
      if (done < wanted) break;
    }
    this.returnReceiveBuffers();
    return moved;
  }

  /** Reads the oldest input, as far as it stands in one buffer, without taking it. */
  peek(): VmReader | undefined {
    const first = this.received[0];
    if (first === undefined) return undefined;
    const at = first.buffer * RECEIVE_BYTES + first.offset;
    return this.receiveMemory.reader(at, first.length - first.offset);
  }

  /** Takes `count` bytes, at most what `peek` gave. */
  consume(count: number): void {
    const first = this.received[0];
    if (first !== undefined) this.advanceInput(first, count);
    this.returnReceiveBuffers();
  }

  /** Drops all input. */
  discardInput(): void {
    for (const { buffer } of this.received.splice(0)) this.offerReceive(buffer);
    this.returnReceiveBuffers();
  }

  private advanceInput(first: ReceivedBuffer, count: number): void {
    first.offset += count;
    if (first.offset < first.length) return;
    this.received.shift();
    this.offerReceive(first.buffer);
    this.returned++;
  }

  private returnReceiveBuffers(): void {
    const isDue = this.received.length === 0 || this.returned >= RETURNED_BUFFERS_MAX;
    if (this.returned === 0 || !isDue) return;
    this.returned = 0;
    if (!this.dead) this.console.transport.notify(this.receiveQueue);
  }

  private offerReceive(buffer: number): void {
    const address = this.receiveMemory.daddr + buffer * RECEIVE_BYTES;
    const head = this.receiveQueue.addOne(address, RECEIVE_BYTES, true);
    if (head >= 0) this.receiveBufferOf[head] = buffer;
  }

  // --- Output

  /** Bytes that a write would take now. */
  get outputRoom(): number {
    return this.dead ? 0 : this.freeTransmit.length * TRANSMIT_BYTES;
  }

  /** Bytes that the device has not taken yet. */
  get pendingBytes(): number {
    return this.unsentBytes;
  }

  /** Sends bytes from `reader` while there is room; the bytes, fewer on a fault. */
  writeFrom(reader: VmReader): number {
    let moved = 0;
    while (reader.remain > 0 && !this.dead) {
      const buffer = this.takeTransmitBuffer(reader.remain);
      if (buffer < 0) break;
      const isAll = buffer === ALL_BUFFERS;
      const wanted = Math.min(reader.remain, isAll ? ALL_BYTES : TRANSMIT_BYTES);
      const writer = this.transmitMemory.writer(isAll ? 0 : buffer * TRANSMIT_BYTES, wanted);
      const count = reader.read(writer);
      if (count === 0) {
        this.freeTransmitBuffer(buffer);
        break;
      }
      this.send(buffer, count);
      moved += count;
      if (count < wanted) break;
    }
    return moved;
  }

  /** A free buffer, or all of them where `bytes` want more than one; -1 when there is none. */
  private takeTransmitBuffer(bytes: number): number {
    if (bytes > TRANSMIT_BYTES && this.freeTransmit.length === this.transmitBuffers) {
      this.freeTransmit.length = 0;
      return ALL_BUFFERS;
    }
    return this.freeTransmit.pop() ?? -1;
  }

  private freeTransmitBuffer(buffer: number): void {
    if (buffer === ALL_BUFFERS) this.freeTransmitBuffers();
    else this.freeTransmit.push(buffer);
  }

  private freeTransmitBuffers(): void {
    for (let buffer = 0; buffer < this.transmitBuffers; buffer++) this.freeTransmit.push(buffer);
  }

  private send(buffer: number, count: number): void {
    const offset = buffer === ALL_BUFFERS ? 0 : buffer * TRANSMIT_BYTES;
    const head = this.transmitQueue.addOne(this.transmitMemory.daddr + offset, count, false);
    if (head < 0) {
      this.freeTransmitBuffer(buffer);
      return;
    }
    this.transmitBufferOf[head] = buffer;
    this.sentBytesOf[head] = count;
    this.unsentBytes += count;
    this.console.transport.notify(this.transmitQueue);
    this.collectSent();
  }

  /**
   * Takes back what the device has sent. Interrupts are asked for only while something is left,
   * so that a device that sends at once costs none.
   */
  private collectSent(): boolean {
    let any = false;
    for (;;) {
      for (
        let head = this.transmitQueue.takeUsed();
        head >= 0;
        head = this.transmitQueue.takeUsed()
      ) {
        any = true;
        this.freeTransmitBuffer(this.transmitBufferOf[head] ?? 0);
        this.unsentBytes -= this.sentBytesOf[head] ?? 0;
      }
      const waits = this.transmitQueue.inFlight > 0;
      if (waits === this.waitsForRoom) return any;
      this.waitsForRoom = waits;
      this.transmitQueue.setInterrupts(waits);
      // What was sent between the look and the request would go unnoticed: look again.
    }
  }

  // --- The device's side

  /** The device may have used buffers. Returns the queue that it broke. */
  onUsedBuffers(): VirtQueue | undefined {
    let arrived = false;
    for (let head = this.receiveQueue.takeUsed(); head >= 0; head = this.receiveQueue.takeUsed()) {
      const buffer = this.receiveBufferOf[head] ?? 0;
      const length = this.receiveQueue.usedLength;
      if (length === 0) {
        this.offerReceive(buffer);
        this.returned++;
      } else {
        this.received.push({ buffer, offset: 0, length });
        arrived = true;
      }
    }
    this.returnReceiveBuffers();
    const sent = this.collectSent();
    if (arrived) this.listener?.portReadable();
    if (sent) this.listener?.portWritable();
    if (this.receiveQueue.broken !== undefined) return this.receiveQueue;
    return this.transmitQueue.broken === undefined ? undefined : this.transmitQueue;
  }

  /** The host opened or closed its end. */
  setHostConnected(connected: boolean): void {
    if (this.hostConnected === connected) return;
    this.hostConnected = connected;
    this.listener?.portConnectionChanged();
  }

  /** The port or the device is gone. */
  die(): void {
    this.hostConnected = false;
    this.listener?.portConnectionChanged();
  }
}
