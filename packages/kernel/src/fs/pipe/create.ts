// SPDX-License-Identifier: MPL-2.0

import { O } from "../../abi/fcntl.ts";
import { S } from "../../abi/stat.ts";
import type { Thread } from "../../process/thread.ts";
import { PipeEnd } from "./pipe-end.ts";
import { Pipe } from "./pipe.ts";

/** pipe2(2): the read end and the write end. */
export function createPipe(thread: Thread, flags: number): [PipeEnd, PipeEnd] {
  const { fsuid, fsgid } = thread.credentials;
  const path = thread.kernel.vfs.pipes.newFile("pipe", S.IFIFO | 0o600, fsuid, fsgid);
  const pipe = new Pipe(thread.kernel.memory);
  path.inode.fifo = pipe;
  const { name } = path.dentry;
  const status = flags & O.NONBLOCK;
  return [
    new PipeEnd(pipe, path, O.RDONLY | status, name),
    new PipeEnd(pipe, path, O.WRONLY | status | (flags & O.DIRECT), name),
  ];
}
