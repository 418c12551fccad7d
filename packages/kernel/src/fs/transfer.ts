// SPDX-License-Identifier: MPL-2.0

import { VmReader, VmWriter } from "@aster/ostd";
import type { Thread } from "../process/thread.ts";
import { BLOCKED } from "../result.ts";
import type { Result } from "../result.ts";
import { MAX_RW_COUNT, STRETCH_BYTES } from "./io-vector.ts";
import type { OpenFile } from "./file.ts";

const CHUNK_BYTES = 65_536;

/**
 * Copies up to `count` bytes from one file to another inside the kernel: the bytes moved in all,
 * those of earlier tries (`restart.bytesDone`) too. `from` can seek. With an offset of 0 or more
 * the position of that file stays as it is; the offset is that of this try, behind the bytes of
 * earlier ones. A position moves with what was written, never with what was merely read.
 */
export function transferFile(
  thread: Thread,
  from: OpenFile,
  to: OpenFile,
  fromOffset: number,
  toOffset: number,
  count: number,
): Result {
  const { restart } = thread;
  const total = Math.min(count, MAX_RW_COUNT);
  const bytes = new Uint8Array(Math.min(total - restart.bytesDone, CHUNK_BYTES));
  let moved = 0;
  while (restart.bytesDone < total) {
    const wanted = Math.min(total - restart.bytesDone, bytes.length);
    const source = fromOffset < 0 ? from.offset : fromOffset + moved;
    const got = from.readAt(thread, VmWriter.from(bytes, 0, wanted), source);
    if (got <= 0) {
      return restart.bytesDone > 0 ? restart.bytesDone : got;
    }
    const before = restart.bytesDone;
    const reader = VmReader.from(bytes, 0, got);
    const put =
      toOffset < 0 ? to.write(thread, reader) : to.writeAt(thread, reader, toOffset + moved);
    // A write that blocks has counted its part itself.
    const part = put === BLOCKED ? restart.bytesDone - before : put;
    if (part > 0) {
      moved += part;
      // One description has one position, which the write has moved already.
      if (fromOffset < 0 && from !== to) {
        from.offset += part;
      }
    }
    if (put === BLOCKED) {
      return BLOCKED;
    }
    if (put < 0) {
      return restart.bytesDone > 0 ? restart.bytesDone : put;
    }
    restart.bytesDone = before + put;
    if (put < got) {
      break;
    }
    if (moved >= STRETCH_BYTES && restart.bytesDone < total) {
      return thread.rest();
    }
  }
  return restart.bytesDone;
}
