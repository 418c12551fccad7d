// SPDX-License-Identifier: MPL-2.0

/*
 * Messages of 9P2000.L: size[4] type[1] tag[2] and the fields of the type, little-endian; a string
 * is len[2] and its bytes. Strings are byte strings here: one character per byte.
 */

/** Types of requests; a reply's is one more. */
export const T = {
  LERROR: 6,
  STATFS: 8,
  LOPEN: 12,
  LCREATE: 14,
  SYMLINK: 16,
  READLINK: 22,
  GETATTR: 24,
  SETATTR: 26,
  XATTRWALK: 30,
  READDIR: 40,
  FSYNC: 50,
  LINK: 70,
  MKDIR: 72,
  RENAMEAT: 74,
  UNLINKAT: 76,
  VERSION: 100,
  ATTACH: 104,
  FLUSH: 108,
  WALK: 110,
  READ: 116,
  WRITE: 118,
  CLUNK: 120,
} as const;

const TWO_TO_32 = 0x1_0000_0000;

/** A message was shorter than its fields. */
export class CutMessage extends Error {}

/** Reads the fields of a message in order; throws `CutMessage` past its end. */
export class FieldReader {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  u8(): number {
    return this.view.getUint8(this.take(1));
  }
  u16(): number {
    return this.view.getUint16(this.take(2), true);
  }
  u32(): number {
    return this.view.getUint32(this.take(4), true);
  }
  /** Exact up to 2^53. */
  u64(): number {
    const at = this.take(8);
    return this.view.getUint32(at, true) + this.view.getUint32(at + 4, true) * TWO_TO_32;
  }
  string(): string {
    return Buffer.from(this.data(this.u16())).toString("latin1");
  }
  data(length: number): Uint8Array {
    const at = this.take(length);
    return this.bytes.subarray(at, at + length);
  }

  private take(count: number): number {
    const { at } = this;
    if (at + count > this.bytes.length) throw new CutMessage("a message is cut off");
    this.at = at + count;
    return at;
  }
}

/** Builds a reply. */
export class FieldWriter {
  private bytes: Uint8Array = new Uint8Array(256);
  private view: DataView = new DataView(this.bytes.buffer);
  private at = 7;

  u8(value: number): this {
    this.room(1);
    this.view.setUint8(this.at, value);
    this.at += 1;
    return this;
  }
  u16(value: number): this {
    this.room(2);
    this.view.setUint16(this.at, value, true);
    this.at += 2;
    return this;
  }
  u32(value: number): this {
    this.room(4);
    this.view.setUint32(this.at, value >>> 0, true);
    this.at += 4;
    return this;
  }
  u64(value: number): this {
    this.u32(value % TWO_TO_32);
    return this.u32(Math.floor(value / TWO_TO_32));
  }
  string(text: string): this {
    this.u16(text.length);
    return this.data(Buffer.from(text, "latin1"));
  }
  data(bytes: Uint8Array): this {
    this.room(bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
    return this;
  }

  get length(): number {
    return this.at;
  }

  /** The whole message. */
  finish(type: number, tag: number): Uint8Array {
    this.view.setUint32(0, this.at, true);
    this.view.setUint8(4, type);
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
