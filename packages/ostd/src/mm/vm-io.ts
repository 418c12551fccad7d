// SPDX-License-Identifier: MPL-2.0

import { panic } from "../panic.ts";
import { PRIVILEGE } from "../privilege.unsafe.ts";
import type { Privilege } from "../privilege.unsafe.ts";
import type { UntypedMemory } from "./untyped-memory.ts";
import type { VmSpace } from "./vm-space.ts";

/** One end of a copy: kernel bytes, untyped frames, or user space. */
class Cursor {
  readonly bytes: Uint8Array | undefined;
  readonly memory: UntypedMemory | undefined;
  readonly space: VmSpace | undefined;
  /** Offset in `bytes` or `memory`, address in `space`. */
  position: number;
  remain: number;

  constructor(
    bytes: Uint8Array | undefined,
    memory: UntypedMemory | undefined,
    space: VmSpace | undefined,
    position: number,
    remain: number,
  ) {
    this.bytes = bytes;
    this.memory = memory;
    this.space = space;
    this.position = position;
    this.remain = remain;
  }

  advance(count: number): void {
    this.position += count;
    this.remain -= count;
  }
}

/** Copies up to `length` bytes between two cursors and moves both; the bytes copied. */
function transfer(from: Cursor, to: Cursor, length: number): number {
  const count = Math.min(length, from.remain, to.remain);
  const done = count > 0 ? copyBetween(from, to, count) : 0;
  from.advance(done);
  to.advance(done);
  return done;
}

function copyBetween(from: Cursor, to: Cursor, count: number): number {
  if (to.space !== undefined) {
    if (from.memory !== undefined) {
      return to.space.writeFromMemory(to.position, from.memory, from.position, count);
    }
    if (from.bytes !== undefined) {
      return to.space.writeBytes(to.position, from.bytes, from.position, count);
    }
    return from.space?.copyToUser(from.position, to.space, to.position, count) ?? 0;
  }
  if (from.space !== undefined) {
    if (to.memory !== undefined) {
      return from.space.readToMemory(from.position, to.memory, to.position, count);
    }
    return to.bytes === undefined
      ? 0
      : from.space.readBytes(from.position, to.bytes, to.position, count);
  }
  if (from.memory !== undefined) {
    if (to.memory !== undefined) {
      to.memory.copyRange(to.position, from.memory, from.position, count);
    } else if (to.bytes !== undefined) {
      from.memory.readBytes(from.position, to.bytes, to.position, count);
    }
  } else if (from.bytes !== undefined) {
    if (to.memory !== undefined) {
      to.memory.writeBytes(to.position, from.bytes, from.position, count);
    } else if (to.bytes !== undefined) {
      to.bytes.set(from.bytes.subarray(from.position, from.position + count), to.position);
    }
  }
  return count;
}

/**
 * Reads from kernel bytes, untyped memory or user space, and moves forward.
 * Over user space it is fallible: a page that cannot be read makes a short count.
 */
export class VmReader {
  readonly #cursor: Cursor;

  private constructor(cursor: Cursor) {
    this.#cursor = cursor;
  }

  /** A reader of `length` bytes of `bytes` from `offset`. */
  static from(bytes: Uint8Array, offset = 0, length: number = bytes.length - offset): VmReader {
    checkRange(bytes, offset, length);
    return new VmReader(new Cursor(bytes, undefined, undefined, offset, length));
  }

  /** For OSTD: over `[offset, offset + length)` of untyped memory, checked by the caller. */
  static ofMemory(
    privilege: Privilege,
    memory: UntypedMemory,
    offset: number,
    length: number,
  ): VmReader {
    requirePrivilege(privilege);
    return new VmReader(new Cursor(undefined, memory, undefined, offset, length));
  }

  /** For OSTD: over `[address, address + length)` of user space, checked by the caller. */
  static ofUser(privilege: Privilege, space: VmSpace, address: number, length: number): VmReader {
    requirePrivilege(privilege);
    return new VmReader(new Cursor(undefined, undefined, space, address, length));
  }

  /** Bytes left. */
  get remain(): number {
    return this.#cursor.remain;
  }

  /** Where it stands: the user address, or the offset in the bytes or the memory. */
  get position(): number {
    return this.#cursor.position;
  }

  /** Moves forward without reading, at most to the end. */
  skip(count: number): this {
    this.#cursor.advance(clampCount(count, this.#cursor.remain));
    return this;
  }

  /** Leaves at most `count` bytes to read. */
  limit(count: number): this {
    this.#cursor.remain = clampCount(count, this.#cursor.remain);
    return this;
  }

  /** Copies as much as both have (at most `limit` bytes); the count, short when user memory faults. */
  read(writer: VmWriter, limit: number = Number.MAX_SAFE_INTEGER): number {
    return transfer(this.#cursor, VmWriter.cursorOf(PRIVILEGE, writer), limit);
  }

  /** Copies to `dst`; the bytes copied. */
  readBytes(dst: Uint8Array, offset = 0, length: number = dst.length - offset): number {
    checkRange(dst, offset, length);
    return transfer(this.#cursor, new Cursor(dst, undefined, undefined, offset, length), length);
  }

  /** For OSTD. */
  static cursorOf(privilege: Privilege, reader: VmReader): Cursor {
    requirePrivilege(privilege);
    return reader.#cursor;
  }
}

/**
 * Writes to kernel bytes, untyped memory or user space, and moves forward.
 * Over user space it is fallible: a page that cannot be written makes a short count.
 */
export class VmWriter {
  readonly #cursor: Cursor;

  private constructor(cursor: Cursor) {
    this.#cursor = cursor;
  }

  /** A writer of `length` bytes of `bytes` from `offset`. */
  static from(bytes: Uint8Array, offset = 0, length: number = bytes.length - offset): VmWriter {
    checkRange(bytes, offset, length);
    return new VmWriter(new Cursor(bytes, undefined, undefined, offset, length));
  }

  /** For OSTD: over `[offset, offset + length)` of untyped memory, checked by the caller. */
  static ofMemory(
    privilege: Privilege,
    memory: UntypedMemory,
    offset: number,
    length: number,
  ): VmWriter {
    requirePrivilege(privilege);
    return new VmWriter(new Cursor(undefined, memory, undefined, offset, length));
  }

  /** For OSTD: over `[address, address + length)` of user space, checked by the caller. */
  static ofUser(privilege: Privilege, space: VmSpace, address: number, length: number): VmWriter {
    requirePrivilege(privilege);
    return new VmWriter(new Cursor(undefined, undefined, space, address, length));
  }

  /** Bytes left. */
  get avail(): number {
    return this.#cursor.remain;
  }

  /** Where it stands: the user address, or the offset in the bytes or the memory. */
  get position(): number {
    return this.#cursor.position;
  }

  /** Moves forward without writing, at most to the end. */
  skip(count: number): this {
    this.#cursor.advance(clampCount(count, this.#cursor.remain));
    return this;
  }

  /** Leaves at most `count` bytes to write. */
  limit(count: number): this {
    this.#cursor.remain = clampCount(count, this.#cursor.remain);
    return this;
  }

  /** Copies as much as both have (at most `limit` bytes); the count, short when user memory faults. */
  write(reader: VmReader, limit: number = Number.MAX_SAFE_INTEGER): number {
    return transfer(VmReader.cursorOf(PRIVILEGE, reader), this.#cursor, limit);
  }

  /** Copies from `src`; the bytes copied. */
  writeBytes(src: Uint8Array, offset = 0, length: number = src.length - offset): number {
    checkRange(src, offset, length);
    return transfer(new Cursor(src, undefined, undefined, offset, length), this.#cursor, length);
  }

  /** Writes zeros; the bytes written. */
  fillZeros(length: number): number {
    const cursor = this.#cursor;
    const count = clampCount(length, cursor.remain);
    let done = count;
    if (cursor.space !== undefined) {
      done = cursor.space.fillZeros(cursor.position, count);
    } else if (cursor.bytes !== undefined) {
      cursor.bytes.fill(0, cursor.position, cursor.position + count);
    } else {
      cursor.memory?.fill(0, cursor.position, count);
    }
    cursor.advance(done);
    return done;
  }

  /** For OSTD. */
  static cursorOf(privilege: Privilege, writer: VmWriter): Cursor {
    requirePrivilege(privilege);
    return writer.#cursor;
  }
}

function requirePrivilege(privilege: Privilege): void {
  if (privilege !== PRIVILEGE) {
    panic("only OSTD makes readers and writers of memory");
  }
}

function clampCount(count: number, most: number): number {
  return count > 0 ? Math.min(count, most) : 0;
}

function checkRange(bytes: Uint8Array, offset: number, length: number): void {
  if (!(offset >= 0 && length >= 0 && offset + length <= bytes.length)) {
    panic(`bytes ${offset}…${offset + length} of an array of ${bytes.length}`);
  }
}
