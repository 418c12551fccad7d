// SPDX-License-Identifier: MPL-2.0

import { byteString } from "../byte-string.ts";

/** size[4] type[1] tag[2]. */
const HEADER_BYTES = 7;
const TWO_TO_32 = 0x1_0000_0000;

/** Types of requests of 9P2000.L; a reply's is one more. */
export const NinePType = {
  LERROR: 6,
  STATFS: 8,
  LOPEN: 12,
  LCREATE: 14,
  SYMLINK: 16,
  READLINK: 22,
  GETATTR: 24,
  SETATTR: 26,
  READDIR: 40,
  FSYNC: 50,
  LINK: 70,
  MKDIR: 72,
  RENAMEAT: 74,
  UNLINKAT: 76,
  VERSION: 100,
  ATTACH: 104,
  WALK: 110,
  READ: 116,
  WRITE: 118,
  CLUNK: 120,
} as const;

/** A request under construction: the fields in their order, little-endian. */
export class NinePRequest {
  private bytes: Uint8Array = new Uint8Array(128);
  private view: DataView = new DataView(this.bytes.buffer);
  private at = HEADER_BYTES;
  readonly type: number;

  constructor(type: number) {
    this.type = type;
  }

  u16(value: number): this {
    this.room(2);
    this.view.setUint16(this.at, value, true);
    this.at += 2;
    return this;
  }
  u32(value: number): this {
    this.room(4);
    this.view.setUint32(this.at, value, true);
    this.at += 4;
    return this;
  }
  u64(value: number): this {
    this.u32(value % TWO_TO_32);
    return this.u32(Math.floor(value / TWO_TO_32));
  }
  /** len[2] and the bytes of a byte string. */
  string(text: string): this {
    this.u16(text.length);
    this.room(text.length);
    for (let i = 0; i < text.length; i++) this.bytes[this.at + i] = text.charCodeAt(i);
    this.at += text.length;
    return this;
  }
  data(bytes: Uint8Array): this {
    this.room(bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
    return this;
  }

  /** The whole message. */
  finish(tag: number): Uint8Array {
    this.view.setUint32(0, this.at, true);
    this.view.setUint8(4, this.type);
    this.view.setUint16(5, tag, true);
    return this.bytes.subarray(0, this.at);
  }

  private room(count: number): void {
    if (this.at + count <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.at + count, this.bytes.length * 2));
    grown.set(this.bytes);
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }
}

/**
 * The fields of a reply in their order. A server may answer nonsense: past the end every field is
 * zero, and `isCut` tells.
 */
export class NinePReply {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private at = HEADER_BYTES;
  isCut: boolean;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.isCut = bytes.length < HEADER_BYTES || this.view.getUint32(0, true) !== bytes.length;
  }

  get type(): number {
    return this.bytes[4] ?? 0;
  }

  u8(): number {
    return this.take(1) ? this.view.getUint8(this.at - 1) : 0;
  }
  u16(): number {
    return this.take(2) ? this.view.getUint16(this.at - 2, true) : 0;
  }
  u32(): number {
    return this.take(4) ? this.view.getUint32(this.at - 4, true) : 0;
  }
  u64(): number {
    const low = this.u32();
    return low + this.u32() * TWO_TO_32;
  }
  string(): string {
    const length = this.u16();
    return this.take(length) ? byteString(this.bytes, this.at - length, this.at) : "";
  }
  data(length: number): Uint8Array {
    return this.take(length) ? this.bytes.subarray(this.at - length, this.at) : new Uint8Array(0);
  }
  skip(count: number): void {
    this.take(count);
  }
  /** Whether all has been read. */
  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  private take(count: number): boolean {
    if (this.isCut || this.at + count > this.bytes.length) {
      this.isCut = true;
      return false;
    }
    this.at += count;
    return true;
  }
}
