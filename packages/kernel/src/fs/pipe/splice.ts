// SPDX-License-Identifier: MPL-2.0

import { VmReader, VmWriter } from "@aster/ostd";
import { Errno } from "../../abi/errno.ts";
import type { Thread } from "../../process/thread.ts";
import { BLOCKED, fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import type { OpenFile } from "../file.ts";
import type { Pipe } from "./pipe.ts";
import type { PipeEnd } from "./pipe-end.ts";

/** What is moved at a time: bytes are copied, where Linux may move pages. */
const CHUNK_BYTES = 65_536;

/** A file on one side of splice(2), and where in it; -1: at its own position, which moves. */
export interface SplicePlace {
  readonly file: OpenFile;
  readonly offset: number;
}

/** splice(2) from a file into a pipe: the bytes moved, at most what the pipe has room for. */
export function spliceToPipe(
  thread: Thread,
  { file, offset }: SplicePlace,
  to: PipeEnd,
  count: number,
  nonBlocking: boolean,
): Result {
  const { pipe } = to;
  const ready = awaitRoom(thread, pipe, nonBlocking);
  if (ready !== 0) return ready;
  const bytes = new Uint8Array(Math.min(count, pipe.room, CHUNK_BYTES));
  const writer = VmWriter.from(bytes);
  const got = offset < 0 ? file.read(thread, writer) : file.readAt(thread, writer, offset);
  return got <= 0 ? got : to.write(thread, VmReader.from(bytes, 0, got));
}

/** splice(2) from a pipe to a file: the bytes moved; waits only while the pipe has none. */
export function spliceFromPipe(
  thread: Thread,
  from: PipeEnd,
  { file, offset }: SplicePlace,
  count: number,
  nonBlocking: boolean,
): Result {
  const { pipe } = from;
  const { restart } = thread;
  const ready = restart.bytesDone > 0 ? 0 : awaitBytes(thread, pipe, nonBlocking);
  if (ready !== 0) return ready === AT_END ? 0 : ready;
  while (restart.bytesDone < count) {
    const bytes = new Uint8Array(Math.min(count - restart.bytesDone, CHUNK_BYTES));
    const got = pipe.peek(bytes);
    if (got === 0) break;
    const before = restart.bytesDone;
    const reader = VmReader.from(bytes, 0, got);
    const put =
      offset < 0 ? file.write(thread, reader) : file.writeAt(thread, reader, offset + before);
    // A write that blocks has counted its part itself.
    const part = put === BLOCKED ? restart.bytesDone - before : Math.max(put, 0);
    pipe.consume(part);
    if (put === BLOCKED) return BLOCKED;
    if (put < 0) return before > 0 ? before : put;
    restart.bytesDone = before + put;
    if (put < got) break;
  }
  return restart.bytesDone;
}

/** splice(2) between pipes, and tee(2), which leaves the bytes where they are. */
export function splicePipes(
  thread: Thread,
  from: PipeEnd,
  to: PipeEnd,
  count: number,
  nonBlocking: boolean,
  keeps: boolean,
): Result {
  if (from.pipe === to.pipe) return fail(Errno.EINVAL, "both are ends of the same pipe");
  const hasBytes = awaitBytes(thread, from.pipe, nonBlocking);
  if (hasBytes !== 0 && hasBytes !== AT_END) return hasBytes;
  // Even with nothing to move, that nobody would read it is told.
  const hasRoom = awaitRoom(thread, to.pipe, nonBlocking);
  if (hasRoom !== 0 || hasBytes === AT_END) return hasRoom;
  const bytes = new Uint8Array(Math.min(count, to.pipe.room));
  const got = from.pipe.peek(bytes);
  const put = to.write(thread, VmReader.from(bytes, 0, got));
  if (put > 0 && !keeps) from.pipe.consume(put);
  return put;
}

/** The pipe is empty, and nobody will write to it. */
const AT_END = 1;

function awaitBytes(thread: Thread, pipe: Pipe, nonBlocking: boolean): Result {
  if (pipe.ring.length > 0) return 0;
  if (pipe.writers === 0) return AT_END;
  return nonBlocking ? fail(Errno.EAGAIN) : thread.block(pipe.readQueue);
}

/** 0 when the pipe has room; who has it full, or nobody to read it, is told before all else. */
export function awaitRoom(thread: Thread, pipe: Pipe, nonBlocking: boolean): Result {
  if (pipe.readers === 0) {
    thread.sendPipeSignal();
    return fail(Errno.EPIPE, "nobody has the pipe open for reading");
  }
  if (pipe.room > 0) return 0;
  return nonBlocking ? fail(Errno.EAGAIN) : thread.block(pipe.writeQueue);
}
