// SPDX-License-Identifier: MPL-2.0

import { FrameAllocOptions } from "@aster/ostd";
import type { UFrame } from "@aster/ostd";
import type { Kernel } from "../../kernel.ts";
import type { Thread } from "../../process/thread.ts";
import type { Result } from "../../result.ts";
import { PAGE_SIZE } from "../../vm/mapping.ts";
import type { Mapping } from "../../vm/mapping.ts";
import { PAGE_BEYOND_END, PAGE_OUT_OF_MEMORY, PageSource } from "../../vm/page-source.ts";
import type { PageFailure } from "../../vm/page-source.ts";
import { IPC_PRIVATE, IpcObject } from "./ipc-object.ts";

/** Limits as in /proc/sys/kernel; SHMMAX and SHMALL have no effective limit, as on Linux. */
export const SHMMNI = 4096;

const SHM_DEST = 0o1000;
const SHM_LOCKED = 0o2000;

/** shmget(2): a segment, which lives until it was removed and nobody has it attached. */
export class ShmSegment extends IpcObject {
  readonly sizeBytes: number;
  readonly pages: ShmPages;
  readonly creatorPid: number;
  /** Who attached or detached last; 0 before. */
  lastPid = 0;
  attachedAt = 0;
  detachedAt = 0;
  isLocked = false;

  constructor(thread: Thread, id: number, key: number, flags: number, sizeBytes: number) {
    super(thread, id, key, flags);
    this.sizeBytes = sizeBytes;
    this.creatorPid = thread.process.pid;
    this.pages = new ShmPages(this);
  }

  override get stateBits(): number {
    return (this.isDoomed ? SHM_DEST : 0) | (this.isLocked ? SHM_LOCKED : 0);
  }

  /** Removed by IPC_RMID, and kept for those that have it attached. */
  isDoomed = false;

  /** IPC_RMID. */
  doom(): void {
    this.isDoomed = true;
    this.key = IPC_PRIVATE;
    this.dropIfUnused();
  }

  attached(): void {
    this.attachedAt = this.now();
    this.lastPid = this.kernel.currentThread?.process.pid ?? this.lastPid;
  }
  detached(): void {
    this.detachedAt = this.now();
    this.lastPid = this.kernel.currentThread?.process.pid ?? this.lastPid;
    this.dropIfUnused();
  }

  private dropIfUnused(): void {
    if (!this.isDoomed || this.pages.attachments > 0 || this.isRemoved) return;
    this.kernel.sysvIpc.segments.remove(this);
    this.pages.free();
  }
}

/** The memory of a segment. */
export class ShmPages extends PageSource {
  readonly segment: ShmSegment;
  /** Mappings that show it (shm_nattch). */
  attachments = 0;
  private readonly frames = new Map<number, UFrame>();

  constructor(segment: ShmSegment) {
    super();
    this.segment = segment;
  }

  get residentPages(): number {
    return this.frames.size;
  }

  override page(index: number): UFrame | PageFailure {
    const held = this.frames.get(index);
    if (held !== undefined) return held;
    if (index * PAGE_SIZE >= this.segment.sizeBytes) return PAGE_BEYOND_END;
    const frame = new FrameAllocOptions().zeroed(true).allocFrame();
    if (frame === undefined) return PAGE_OUT_OF_MEMORY;
    this.frames.set(index, frame);
    return frame;
  }

  override cachedPage(index: number): UFrame | undefined {
    return this.frames.get(index);
  }

  override markDirty(): boolean {
    // There is nothing below it to write to.
    return true;
  }

  override punch(first: number, end: number): Result {
    this.forgetShown(first, end);
    for (let index = first; index < end; index++) {
      this.frames.get(index)?.drop();
      this.frames.delete(index);
    }
    return 0;
  }

  override attach(mapping: Mapping): void {
    super.attach(mapping);
    this.attachments++;
    this.segment.attached();
  }
  override detach(mapping: Mapping): void {
    super.detach(mapping);
    this.attachments--;
    this.segment.detached();
  }

  free(): void {
    for (const frame of this.frames.values()) frame.drop();
    this.frames.clear();
  }
}

/** Pages of all segments: what shmctl(SHM_INFO) tells. */
export function shmTotals(kernel: Kernel): { readonly pages: number; readonly resident: number } {
  let pages = 0;
  let resident = 0;
  for (const segment of kernel.sysvIpc.segments.objects) {
    pages += Math.ceil(segment.sizeBytes / PAGE_SIZE);
    resident += segment.pages.residentPages;
  }
  return { pages, resident };
}
