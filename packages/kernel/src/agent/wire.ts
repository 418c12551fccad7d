// SPDX-License-Identifier: MPL-2.0

import { HEADER_BYTES, MESSAGE_BYTES_MAX } from "./protocol.ts";

export const LENGTH_BYTES = 4;
/** Length, type and id. */
export const START_BYTES: number = LENGTH_BYTES + HEADER_BYTES;
const INITIAL_BYTES = 64;

/** Writes the start of a message, which has `payloadBytes` behind it, at the start of `view`. */
export function writeStart(view: DataView, type: number, id: number, payloadBytes: number): void {
  view.setUint32(0, HEADER_BYTES + payloadBytes, true);
  view.setUint8(LENGTH_BYTES, type);
  view.setUint32(LENGTH_BYTES + 1, id, true);
}

/** Builds one message. */
export class MessageWriter {
  private bytes: Uint8Array = new Uint8Array(INITIAL_BYTES);
  private view: DataView = new DataView(this.bytes.buffer);
  private length: number = START_BYTES;

  constructor(type: number, id: number) {
    this.view.setUint8(4, type);
    this.view.setUint32(5, id, true);
  }

  u32(value: number): this {
    this.reserve(4);
    this.view.setUint32(this.length, value, true);
    this.length += 4;
    return this;
  }

  f64(value: number): this {
    this.reserve(8);
    this.view.setFloat64(this.length, value, true);
    this.length += 8;
    return this;
  }

  /** A byte string: one character per byte. */
  text(value: string): this {
    this.u32(value.length);
    this.reserve(value.length);
    for (let i = 0; i < value.length; i++) this.bytes[this.length + i] = value.charCodeAt(i);
    this.length += value.length;
    return this;
  }

  texts(values: readonly string[]): this {
    this.u32(values.length);
    for (const value of values) this.text(value);
    return this;
  }

  /** Data up to the end of the message. */
  rest(data: Uint8Array): this {
    this.reserve(data.length);
    this.bytes.set(data, this.length);
    this.length += data.length;
    return this;
  }

  /**
   * The message, ready to be sent, but for `dataBytes` of data that the caller sends behind it.
   * Throws `RangeError` where it is longer than one may be.
   */
  finish(dataBytes = 0): Uint8Array {
    const length = this.length - LENGTH_BYTES + dataBytes;
    if (length > MESSAGE_BYTES_MAX) {
      throw new RangeError(
        `a message of ${length} bytes: at most ${MESSAGE_BYTES_MAX} are allowed`,
      );
    }
    this.view.setUint32(0, length, true);
    return this.bytes.subarray(0, this.length);
  }

  private reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.bytes.length));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }
}

/** One message that came. Reading past its end throws `RangeError`. */
export class Message {
  readonly type: number;
  readonly id: number;
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private at: number = HEADER_BYTES;

  /** `bytes`: without the length. */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.type = this.view.getUint8(0);
    this.id = this.view.getUint32(1, true);
  }

  u32(): number {
    const value = this.view.getUint32(this.at, true);
    this.at += 4;
    return value;
  }

  f64(): number {
    const value = this.view.getFloat64(this.at, true);
    this.at += 8;
    return value;
  }

  text(): string {
    const length = this.u32();
    if (length > this.bytes.length - this.at) throw new RangeError("a text is cut short");
    let value = "";
    for (let i = 0; i < length; i++) value += String.fromCharCode(this.bytes[this.at + i] ?? 0);
    this.at += length;
    return value;
  }

  texts(): string[] {
    const count = this.u32();
    const values: string[] = [];
    for (let i = 0; i < count; i++) values.push(this.text());
    return values;
  }

  numbers(): number[] {
    const count = this.u32();
    const values: number[] = [];
    for (let i = 0; i < count; i++) values.push(this.u32());
    return values;
  }

  /** Reads from the start of the payload again. */
  rewind(): void {
    this.at = HEADER_BYTES;
  }

  /** All that is left; shares memory with the message. */
  rest(): Uint8Array {
    return this.bytes.subarray(this.at);
  }
}

/** Puts messages together from a stream of bytes. */
export class MessageParser {
  private readonly lengthBytes: Uint8Array = new Uint8Array(4);
  private lengthCount = 0;
  private body: Uint8Array | undefined = undefined;
  private bodyCount = 0;
  private readonly ready: Message[] = [];

  /**
   * Takes bytes as they come, which must stay as they are: messages share memory with them. Throws
   * `RangeError` on a length that no message has.
   */
  add(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.body === undefined) {
        this.lengthBytes[this.lengthCount++] = bytes[at++] ?? 0;
        if (this.lengthCount === 4) {
          const length = this.begin();
          if (bytes.length - at < length) this.body = new Uint8Array(length);
          else this.ready.push(new Message(bytes.subarray(at, (at += length))));
        }
        continue;
      }
      const count = Math.min(bytes.length - at, this.body.length - this.bodyCount);
      this.body.set(bytes.subarray(at, at + count), this.bodyCount);
      this.bodyCount += count;
      at += count;
      if (this.bodyCount < this.body.length) return;
      this.ready.push(new Message(this.body));
      this.body = undefined;
    }
  }

  /** The oldest message that is whole; undefined when there is none. */
  next(): Message | undefined {
    return this.ready.shift();
  }

  /** The length of the message that begins. */
  private begin(): number {
    const length = new DataView(this.lengthBytes.buffer).getUint32(0, true);
    if (length < HEADER_BYTES || length > MESSAGE_BYTES_MAX) {
      throw new RangeError(`a message of ${length} bytes`);
    }
    this.lengthCount = 0;
    this.bodyCount = 0;
    return length;
  }
}
