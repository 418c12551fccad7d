// SPDX-License-Identifier: MPL-2.0

import { panic } from "../panic.ts";
import { PRIVILEGE } from "../privilege.unsafe.ts";
import type { Privilege } from "../privilege.unsafe.ts";
import { checkBytes, lengthOfBytes } from "./bytes.unsafe.ts";
import type { UntypedMemory } from "./untyped-memory.ts";
import type { VmSpace } from "./vm-space.ts";

/** One end of a copy: kernel bytes, untyped frames, or user space. */
abstract class VmIo {
  readonly #bytes: Uint8Array | undefined;
  readonly #memory: UntypedMemory | undefined;
  readonly #space: VmSpace | undefined;
  /** Offset in the bytes or the memory, address in the space. */
  #position: number;
  #remain: number;

  /** For OSTD: one of `bytes`, `memory` and `space` is given, and the range was checked. */
  constructor(
    privilege: Privilege,
    bytes: Uint8Array | undefined,
    memory: UntypedMemory | undefined,
    space: VmSpace | undefined,
    position: number,
    length: number,
  ) {
    if (privilege !== PRIVILEGE) {
      panic("readers and writers come from what they read and write");
    }
    this.#bytes = bytes;
    this.#memory = memory;
    this.#space = space;
    this.#position = position;
    this.#remain = length;
  }

  /** Where it stands: the user address, or the offset in the bytes or the memory. */
  get position(): number {
    return this.#position;
  }

  /** Moves forward without a copy, at most to the end. */
  skip(count: number): this {
    this.#advance(clampCount(count, this.#remain));
    return this;
  }

  /** Leaves at most `count` bytes to copy. */
  limit(count: number): this {
    this.#remain = clampCount(count, this.#remain);
    return this;
  }

  #advance(count: number): void {
    this.#position += count;
    this.#remain -= count;
  }

  /** Bytes left. @internal */
  static remainOf(io: VmIo): number {
    return io.#remain;
  }

  /** Copies up to `length` bytes and moves both; the bytes copied. @internal */
  static transfer(from: VmIo, to: VmIo, length: number): number {
    const count = Math.min(length, from.#remain, to.#remain);
    const done = count > 0 ? VmIo.#copy(from, to, count) : 0;
    from.#advance(done);
    to.#advance(done);
    return done;
  }

  /** Copies to `dst`, a range that was checked, and moves; the bytes copied. @internal */
  static copyOut(from: VmIo, dst: Uint8Array, offset: number, length: number): number {
    const count = Math.min(length, from.#remain);
    const done = count > 0 ? VmIo.#copyToBytes(from, dst, offset, count) : 0;
    from.#advance(done);
    return done;
  }

  /** Copies from `src`, a range that was checked, and moves; the bytes copied. @internal */
  static copyIn(to: VmIo, src: Uint8Array, offset: number, length: number): number {
    const count = Math.min(length, to.#remain);
    const done = count > 0 ? VmIo.#copyFromBytes(to, src, offset, count) : 0;
    to.#advance(done);
    return done;
  }

  /** Writes zeros and moves; the bytes written. @internal */
  static zero(to: VmIo, length: number): number {
    const count = clampCount(length, to.#remain);
    let done = count;
    if (to.#space !== undefined) {
      done = to.#space.fillZeros(to.#position, count);
    } else if (to.#bytes !== undefined) {
      to.#bytes.fill(0, to.#position, to.#position + count);
    } else {
      to.#memory?.fill(0, to.#position, count);
    }
    to.#advance(done);
    return done;
  }

  static #copy(from: VmIo, to: VmIo, count: number): number {
    if (from.#bytes !== undefined) {
      return VmIo.#copyFromBytes(to, from.#bytes, from.#position, count);
    }
    if (to.#bytes !== undefined) {
      return VmIo.#copyToBytes(from, to.#bytes, to.#position, count);
    }
    if (to.#space !== undefined) {
      return from.#memory === undefined
        ? (from.#space?.copyToUser(from.#position, to.#space, to.#position, count) ?? 0)
        : to.#space.writeFromMemory(to.#position, from.#memory, from.#position, count);
    }
    if (to.#memory === undefined) {
      return 0;
    }
    if (from.#space !== undefined) {
      return from.#space.readToMemory(from.#position, to.#memory, to.#position, count);
    }
    if (from.#memory === undefined) {
      return 0;
    }
    to.#memory.copyRange(to.#position, from.#memory, from.#position, count);
    return count;
  }

  static #copyToBytes(from: VmIo, dst: Uint8Array, offset: number, count: number): number {
    if (from.#space !== undefined) {
      return from.#space.readBytes(from.#position, dst, offset, count);
    }
    if (from.#memory !== undefined) {
      from.#memory.readBytes(from.#position, dst, offset, count);
    } else if (from.#bytes !== undefined) {
      dst.set(from.#bytes.subarray(from.#position, from.#position + count), offset);
    }
    return count;
  }

  static #copyFromBytes(to: VmIo, src: Uint8Array, offset: number, count: number): number {
    if (to.#space !== undefined) {
      return to.#space.writeBytes(to.#position, src, offset, count);
    }
    if (to.#memory !== undefined) {
      to.#memory.writeBytes(to.#position, src, offset, count);
    } else if (to.#bytes !== undefined) {
      to.#bytes.set(src.subarray(offset, offset + count), to.#position);
    }
    return count;
  }
}

/**
 * Reads from kernel bytes, untyped memory or user space, and moves forward.
 * Over user space it is fallible: a page that cannot be read makes a short count.
 */
export class VmReader extends VmIo {
  /** As `VmIo`'s: without one, engines gather the arguments in an array. */
  constructor(
    privilege: Privilege,
    bytes: Uint8Array | undefined,
    memory: UntypedMemory | undefined,
    space: VmSpace | undefined,
    position: number,
    length: number,
  ) {
    super(privilege, bytes, memory, space, position, length);
  }

  /** A reader of `length` bytes of `bytes` from `offset`. */
  static from(
    bytes: Uint8Array,
    offset = 0,
    length: number = lengthOfBytes(bytes) - offset,
  ): VmReader {
    const from = +offset;
    const count = +length;
    checkBytes(bytes, from, count);
    return new VmReader(PRIVILEGE, bytes, undefined, undefined, from, count);
  }

  /** Bytes left. */
  get remain(): number {
    return VmIo.remainOf(this);
  }

  /** Copies as much as both have (at most `limit` bytes); the count, short when user memory faults. */
  read(writer: VmWriter, limit: number = Number.MAX_SAFE_INTEGER): number {
    return VmIo.transfer(this, writer, limit);
  }

  /** Copies to `dst`; the bytes copied. */
  readBytes(dst: Uint8Array, offset = 0, length: number = lengthOfBytes(dst) - offset): number {
    const to = +offset;
    const count = +length;
    checkBytes(dst, to, count);
    return VmIo.copyOut(this, dst, to, count);
  }
}

/**
 * Writes to kernel bytes, untyped memory or user space, and moves forward.
 * Over user space it is fallible: a page that cannot be written makes a short count.
 */
export class VmWriter extends VmIo {
  /** As `VmIo`'s: without one, engines gather the arguments in an array. */
  constructor(
    privilege: Privilege,
    bytes: Uint8Array | undefined,
    memory: UntypedMemory | undefined,
    space: VmSpace | undefined,
    position: number,
    length: number,
  ) {
    super(privilege, bytes, memory, space, position, length);
  }

  /** A writer of `length` bytes of `bytes` from `offset`. */
  static from(
    bytes: Uint8Array,
    offset = 0,
    length: number = lengthOfBytes(bytes) - offset,
  ): VmWriter {
    const from = +offset;
    const count = +length;
    checkBytes(bytes, from, count);
    return new VmWriter(PRIVILEGE, bytes, undefined, undefined, from, count);
  }

  /** Bytes left. */
  get avail(): number {
    return VmIo.remainOf(this);
  }

  /** Copies as much as both have (at most `limit` bytes); the count, short when user memory faults. */
  write(reader: VmReader, limit: number = Number.MAX_SAFE_INTEGER): number {
    return VmIo.transfer(reader, this, limit);
  }

  /** Copies from `src`; the bytes copied. */
  writeBytes(src: Uint8Array, offset = 0, length: number = lengthOfBytes(src) - offset): number {
    const from = +offset;
    const count = +length;
    checkBytes(src, from, count);
    return VmIo.copyIn(this, src, from, count);
  }

  /** Writes zeros; the bytes written. */
  fillZeros(length: number): number {
    return VmIo.zero(this, length);
  }
}

function clampCount(count: number, most: number): number {
  const wanted = +count;
  return wanted > 0 ? Math.min(wanted, most) : 0;
}
