// SPDX-License-Identifier: MPL-2.0

import { VmReader } from "@aster/ostd";
import type { VmWriter } from "@aster/ostd";
import { Errno } from "../abi/errno.ts";
import { Iovec } from "../abi/file-layout.ts";
import { getI64, getU64, StructBuffer } from "../abi/layout.ts";
import { POLLIN } from "../abi/poll.ts";
import type { Thread } from "../process/thread.ts";
import { BLOCKED, fail } from "../result.ts";
import type { Result } from "../result.ts";
import { TASK_SIZE } from "../vm/layout.ts";
import type { OpenFile } from "./file.ts";

/** The most bytes that one call moves (read(2), NOTES). */
export const MAX_RW_COUNT = 0x7fff_f000;
/** What one call moves before others have their turn: a few milliseconds' work at the most. */
export const STRETCH_BYTES = 524_288;
/** IOV_MAX. */
const MAX_SEGMENTS = 1024;
/** How much of a vectored write to a pipe or terminal is gathered at a time. */
const GATHER_BYTES = 65_536;
/** What a fault takes or leaves as a whole. */
const PIECE_BYTES = 4096;

/**
 * The result of a call that moves bytes, from that of the file's last part: what earlier parts
 * moved (`restart.bytesDone`) counts, and an error after some bytes is for the next call.
 */
export function finishTransfer(thread: Thread, result: Result): Result {
  const done = thread.restart.bytesDone;
  if (done === 0 || result === BLOCKED) {
    return result;
  }
  return result < 0 ? done : done + result;
}

/** The segments of readv(2) and writev(2). */
export class IoVector {
  private readonly bases: number[] = [];
  private readonly lengths: number[] = [];
  total = 0;

  /** Reads `count` segments at `address` of user memory. */
  static read(thread: Thread, address: number, count: number): IoVector | Result {
    if (count < 0 || count > MAX_SEGMENTS) {
      return fail(Errno.EINVAL, "the count of segments is negative or above 1024");
    }
    const vector = new IoVector();
    if (count === 0) {
      return vector;
    }
    const buffer = new StructBuffer(count * Iovec.size);
    const { bytes, view } = buffer;
    if (thread.memory.readBytes(address, bytes, 0, bytes.length) < bytes.length) {
      return fail(Errno.EFAULT);
    }
    let isInside = true;
    for (let i = 0; i < count; i++) {
      const length = getI64(view, i * Iovec.size + Iovec.len);
      if (length < 0) {
        return fail(Errno.EINVAL, "a segment is too long");
      }
      const base = getU64(view, i * Iovec.size + Iovec.base);
      isInside &&= base + length <= TASK_SIZE;
      const kept = Math.min(length, MAX_RW_COUNT - vector.total);
      vector.bases.push(base);
      vector.lengths.push(kept);
      vector.total += kept;
    }
    return isInside ? vector : fail(Errno.EFAULT, "a segment leaves user space");
  }

  /** readv(2); with an offset of 0 or more, preadv(2). */
  readFrom(thread: Thread, file: OpenFile, offset: number): Result {
    let done = 0;
    for (let i = 0; i < this.lengths.length; i++) {
      const length = this.lengths[i] ?? 0;
      if (length === 0) {
        continue;
      }
      if (done > 0 && !file.seekable && (file.poll(undefined, POLLIN) & POLLIN) === 0) {
        break;
      }
      const writer = thread.memory.writer(this.bases[i] ?? 0, length);
      if (typeof writer === "string") {
        return done > 0 ? done : fail(Errno.EFAULT);
      }
      const moved = readOnce(thread, file, writer, offset, done);
      if (moved < 0) {
        return done > 0 ? done : moved;
      }
      done += moved;
      if (moved < length) {
        break;
      }
    }
    return done;
  }

  /** writev(2); with an offset of 0 or more, pwritev(2). */
  writeTo(thread: Thread, file: OpenFile, offset: number): Result {
    if (offset < 0 && !file.seekable) {
      return this.gatherTo(thread, file);
    }
    let done = 0;
    for (let i = 0; i < this.lengths.length; i++) {
      const length = this.lengths[i] ?? 0;
      if (length === 0) {
        continue;
      }
      const reader = thread.memory.reader(this.bases[i] ?? 0, length);
      if (typeof reader === "string") {
        return done > 0 ? done : fail(Errno.EFAULT);
      }
      const moved =
        offset < 0 ? file.write(thread, reader) : file.writeAt(thread, reader, offset + done);
      if (moved < 0) {
        return done > 0 ? done : moved;
      }
      done += moved;
      if (moved < length) {
        break;
      }
    }
    return done;
  }

  /** Writes through one buffer, so that a pipe keeps up to PIPE_BUF bytes of all segments whole. */
  private gatherTo(thread: Thread, file: OpenFile): Result {
    const { restart } = thread;
    for (;;) {
      const left = this.total - restart.bytesDone;
      const bytes = new Uint8Array(Math.min(left, GATHER_BYTES));
      const copied = this.gather(thread, restart.bytesDone, bytes);
      const gathered = copied < bytes.length ? copied - (copied % PIECE_BYTES) : copied;
      if (gathered === 0 && left > 0) {
        return finishTransfer(thread, fail(Errno.EFAULT));
      }
      const moved = file.write(thread, VmReader.from(bytes, 0, gathered));
      if (moved < gathered || gathered === left || gathered < bytes.length) {
        return finishTransfer(thread, moved);
      }
      restart.bytesDone += moved;
    }
  }

  /** Copies the first `count` of `bytes` to the segments; the count, short at a fault. */
  scatter(thread: Thread, bytes: Uint8Array, count: number): number {
    let done = 0;
    for (let i = 0; i < this.lengths.length && done < count; i++) {
      const wanted = Math.min(this.lengths[i] ?? 0, count - done);
      const moved = thread.memory.writeBytes(this.bases[i] ?? 0, bytes, done, wanted);
      done += moved;
      if (moved < wanted) {
        break;
      }
    }
    return done;
  }

  /** Copies user bytes from position `from` of the vector; the count, short at a fault. */
  gather(thread: Thread, from: number, bytes: Uint8Array): number {
    let skip = from;
    let filled = 0;
    for (let i = 0; i < this.lengths.length && filled < bytes.length; i++) {
      const length = this.lengths[i] ?? 0;
      if (skip >= length) {
        skip -= length;
        continue;
      }
      const wanted = Math.min(length - skip, bytes.length - filled);
      const base = (this.bases[i] ?? 0) + skip;
      const moved = thread.memory.readBytes(base, bytes, filled, wanted);
      filled += moved;
      skip = 0;
      if (moved < wanted) {
        break;
      }
    }
    return filled;
  }
}

function readOnce(
  thread: Thread,
  file: OpenFile,
  writer: VmWriter,
  offset: number,
  done: number,
): Result {
  return offset < 0 ? file.read(thread, writer) : file.readAt(thread, writer, offset + done);
}
