// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { O } from "../abi/fcntl.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import type { OpenFile } from "./file.ts";
import type { Path } from "./path.ts";
import { PipeEnd } from "./pipe/pipe-end.ts";
import { Pipe } from "./pipe/pipe.ts";

/**
 * Opens a FIFO (fifo(7)): a reader waits for a writer and the other way round, unless O_NONBLOCK.
 * While it waits, the end is open already, so that the peer meets it; the restart block keeps it.
 */
export function openFifo(thread: Thread, path: Path, statusFlags: number): OpenFile | Result {
  const { inode } = path;
  if ((statusFlags & O.ACCMODE) === O.ACCMODE) {
    return fail(Errno.EINVAL, "a FIFO is read, written, or both");
  }
  inode.fifo ??= new Pipe(thread.kernel.memory);
  const pipe = inode.fifo;
  const access = statusFlags & O.ACCMODE;
  const nonBlocking = (statusFlags & O.NONBLOCK) !== 0;
  if (access === O.WRONLY && nonBlocking && pipe.readers === 0) {
    return fail(Errno.ENXIO, "nobody has the FIFO open for reading");
  }
  const readersBefore = pipe.readerOpens;
  const writersBefore = pipe.writerOpens;
  const end = new PipeEnd(pipe, path, statusFlags);
  // An anonymous pipe that is opened again by /proc/PID/fd does not wait for its other end.
  const isFifo = path.mount !== thread.kernel.vfs.pipes.mount;
  const isAlone =
    isFifo &&
    ((access === O.RDONLY && pipe.writers === 0) || (access === O.WRONLY && pipe.readers === 0));
  if (!isAlone || nonBlocking) {
    return end;
  }
  thread.restart.opening = end;
  thread.restart.value = access === O.RDONLY ? writersBefore : readersBefore;
  return thread.block(pipe.openQueue);
}

/**
 * Goes on with an open that waited for its peer; undefined where none did. The name that it was
 * opened by may be another file's by now, or gone.
 */
export function finishOpening(thread: Thread): OpenFile | Result | undefined {
  const end = thread.restart.opening;
  if (!(end instanceof PipeEnd)) return undefined;
  const { pipe } = end;
  const opens = end.readable ? pipe.writerOpens : pipe.readerOpens;
  if (opens === thread.restart.value) {
    return thread.block(pipe.openQueue);
  }
  thread.restart.opening = undefined;
  return end;
}
