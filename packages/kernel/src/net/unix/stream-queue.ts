// SPDX-License-Identifier: MPL-2.0

import type { VmReader, VmWriter } from "@aster/ostd";
import { Errno } from "../../abi/errno.ts";
import { PipeRing } from "../../fs/pipe/ring.ts";
import type { KernelMemory } from "../../kernel-memory.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import type { FilesInFlight } from "./files-in-flight.ts";
import type { Delivery, PassedFiles } from "./passed-files.ts";
import { SOCKET_BUFFER_BYTES } from "./receive-queue.ts";
import type { ReceiveQueue } from "./receive-queue.ts";

/** Bytes with which files were sent, as positions in the stream. */
class FileMark {
  readonly start: number;
  readonly end: number;
  readonly passed: PassedFiles;

  constructor(start: number, end: number, passed: PassedFiles) {
    this.start = start;
    this.end = end;
    this.passed = passed;
  }
}

/** What a stream socket has been sent: bytes, without boundaries but for those of passed files. */
export class StreamQueue implements ReceiveQueue {
  private readonly ring: PipeRing;
  private readonly inFlight: FilesInFlight;
  /** In order of their positions. */
  private readonly marks: FileMark[] = [];
  /** The position of the first byte in the ring. */
  private position = 0;

  constructor(memory: KernelMemory, inFlight: FilesInFlight) {
    this.ring = new PipeRing(SOCKET_BUFFER_BYTES, memory);
    this.inFlight = inFlight;
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

  add(reader: VmReader, passed: PassedFiles | undefined): Result {
    const start = this.position + this.ring.length;
    const moved = this.ring.fill(reader, reader.remain);
    if (moved < 0) return fail(Errno.ENOBUFS, "the kernel has no memory for the bytes");
    if (moved === 0) return fail(Errno.EFAULT);
    if (passed !== undefined) this.marks.push(new FileMark(start, start + moved, passed));
    return moved;
  }

  clear(): void {
    this.position += this.ring.length;
    this.ring.clear();
    for (const { passed } of this.marks.splice(0)) this.inFlight.drop(passed);
  }

  /** A receive that gets files ends with the bytes that they were sent with (unix(7)). */
  take(writer: VmWriter, peeks: boolean, delivery: Delivery | undefined): Result {
    const { ring, position, marks } = this;
    const [mark] = marks;
    const most = mark === undefined ? writer.avail : Math.min(writer.avail, mark.end - position);
    const moved = peeks ? ring.copyTo(writer, most) : ring.drain(writer, most);
    if (moved === 0) return fail(Errno.EFAULT);
    if (!peeks) this.position += moved;
    if (mark !== undefined && position + moved > mark.start) {
      if (delivery !== undefined) delivery.passed = mark.passed;
      if (!peeks) {
        marks.shift();
        if (delivery === undefined) this.inFlight.drop(mark.passed);
      }
    }
    return moved;
  }
}
