// SPDX-License-Identifier: MPL-2.0

import type { VmReader, VmWriter } from "@aster/ostd";
import { Errno } from "../../abi/errno.ts";
import { PipeRing } from "../../fs/pipe/ring.ts";
import type { KernelMemory } from "../../kernel-memory.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import type { FilesInFlight } from "./files-in-flight.ts";
import type { Delivery, Envelope, SenderIds } from "./envelope.ts";
import type { PassedFiles } from "./passed-files.ts";
import type { ReceiveQueue } from "./receive-queue.ts";
import { SOCKET_BUFFER_BYTES } from "./socket-options.ts";

/** Bytes that were sent with files, or by a known sender, as positions in the stream. */
class Mark {
  readonly start: number;
  readonly end: number;
  readonly ids: SenderIds | undefined;
  /** Until they have been received. */
  passed: PassedFiles | undefined;

  constructor(start: number, end: number, { ids, passed }: Envelope) {
    this.start = start;
    this.end = end;
    this.ids = ids;
    this.passed = passed;
  }
}

/** What a stream socket has been sent: bytes, without boundaries but for those of passed files. */
export class StreamQueue implements ReceiveQueue {
  private readonly ring: PipeRing;
  private readonly inFlight: FilesInFlight;
  /** In order of their positions. */
  private readonly marks: Mark[] = [];
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
  readonly messageCount = 0;
  hasRoom(_count: number, limit: number): boolean {
    return this.ring.length < limit;
  }

  add(reader: VmReader, envelope: Envelope, limit: number): Result {
    const start = this.position + this.ring.length;
    const room = limit - this.ring.length;
    if (limit !== this.ring.capacity) this.ring.setCapacity(Math.max(limit, this.ring.length));
    const moved = this.ring.fill(reader, Math.min(room, reader.remain));
    if (moved < 0) return fail(Errno.ENOBUFS, "the kernel has no memory for the bytes");
    if (moved === 0) return fail(Errno.EFAULT);
    const isPlain = envelope.passed === undefined && envelope.ids === undefined;
    if (!isPlain) this.marks.push(new Mark(start, start + moved, envelope));
    return moved;
  }

  clear(): void {
    this.position += this.ring.length;
    this.ring.clear();
    for (const { passed } of this.marks.splice(0)) {
      if (passed !== undefined) this.inFlight.drop(passed);
    }
  }

  /** A receive that gets files ends with the bytes that they were sent with (unix(7)). */
  take(writer: VmWriter, peeks: boolean, delivery: Delivery | undefined): Result {
    const { ring, position, marks } = this;
    const [first] = marks;
    const ids = first !== undefined && first.start <= position ? first.ids : undefined;
    const most = this.endOfTake(writer.avail, delivery?.wantsIds === true, ids) - position;
    const moved = peeks ? ring.copyTo(writer, most) : ring.drain(writer, most);
    if (moved === 0 && writer.avail > 0) return fail(Errno.EFAULT);
    const end = position + moved;
    if (delivery !== undefined) delivery.ids = ids;
    const withFiles = marks.find(({ passed }) => passed !== undefined);
    // Receiving nothing takes what came with the next byte, as on Linux.
    const handed = Math.max(end, position + 1);
    if (withFiles !== undefined && handed > withFiles.start) this.hand(withFiles, peeks, delivery);
    if (peeks) return moved;
    this.position = end;
    let ended = 0;
    while ((marks[ended]?.end ?? Infinity) <= end) ended++;
    if (ended > 0) marks.splice(0, ended);
    return moved;
  }

  /** The position at which a receive of `room` bytes ends that starts with those of `ids`. */
  private endOfTake(room: number, wantsIds: boolean, ids: SenderIds | undefined): number {
    let end = this.position + room;
    let reached = this.position;
    for (const mark of this.marks) {
      if (mark.start >= end) break;
      if (wantsIds) {
        // Between marks are bytes that nobody is known to have sent.
        if (ids !== undefined && mark.start > reached) return reached;
        if (mark.start > this.position && !isSame(mark.ids, ids)) return mark.start;
      }
      reached = mark.end;
      if (mark.passed !== undefined) {
        end = Math.min(end, mark.end);
        break;
      }
    }
    return wantsIds && ids !== undefined ? Math.min(end, reached) : end;
  }

  private hand(mark: Mark, peeks: boolean, delivery: Delivery | undefined): void {
    if (delivery !== undefined) delivery.passed = mark.passed;
    if (peeks) return;
    if (delivery === undefined && mark.passed !== undefined) this.inFlight.drop(mark.passed);
    mark.passed = undefined;
  }
}

function isSame(one: SenderIds | undefined, other: SenderIds | undefined): boolean {
  return one === undefined ? other === undefined : one.equals(other);
}
