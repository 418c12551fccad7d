// SPDX-License-Identifier: MPL-2.0

import type { VmReader, VmWriter } from "@aster/ostd";
import { Errno } from "../../abi/errno.ts";
import { PipeRing } from "../../fs/pipe/ring.ts";
import type { KernelMemory } from "../../kernel-memory.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { SOCKET_BUFFER_BYTES } from "./receive-queue.ts";
import type { ReceiveQueue } from "./receive-queue.ts";

/** What a stream socket has been sent: bytes, without boundaries. */
export class StreamQueue implements ReceiveQueue {
  private readonly ring: PipeRing;

  constructor(memory: KernelMemory) {
    this.ring = new PipeRing(SOCKET_BUFFER_BYTES, memory);
  }

  get isEmpty(): boolean {
    return this.ring.length === 0;
  }
  get readableBytes(): number {
    return this.ring.length;
  }
  hasRoom(_count: number): boolean {
    return this.ring.free > 0;
  }

  add(reader: VmReader): Result {
    const moved = this.ring.fill(reader, reader.remain);
    if (moved < 0) return fail(Errno.ENOBUFS, "the kernel has no memory for the bytes");
    return moved > 0 ? moved : fail(Errno.EFAULT);
  }

  clear(): void {
    this.ring.clear();
  }

  take(writer: VmWriter, peeks: boolean): Result {
    const moved = peeks
      ? this.ring.copyTo(writer, writer.avail)
      : this.ring.drain(writer, writer.avail);
    return moved > 0 ? moved : fail(Errno.EFAULT);
  }
}
