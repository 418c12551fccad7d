// SPDX-License-Identifier: MPL-2.0

import type { VmReader, VmWriter } from "@aster/ostd";
import { Errno } from "../../abi/errno.ts";
import { O, SEEK } from "../../abi/fcntl.ts";
import { OpenFile } from "../../fs/file.ts";
import type { Path } from "../../fs/path.ts";
import type { Thread } from "../../process/thread.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { SECTOR_BYTES } from "./block-device.ts";
import { BLOCK_BYTES, BlockState, WINDOW_BLOCKS } from "./buffer-cache.ts";
import type { CachedBlock } from "./buffer-cache.ts";
import type { DiskDevice } from "./disk-device.ts";

/** ioctl_blk(2) requests that a disk answers. */
const BLKROGET = 0x125e;
const BLKGETSIZE = 0x1260;
const BLKFLSBUF = 0x1261;
const BLKSSZGET = 0x1268;
const BLKBSZGET = 0x80081270;
const BLKGETSIZE64 = 0x80081272;

/** An open disk, through its buffer cache. */
export class DiskFile extends OpenFile {
  private readonly device: DiskDevice;

  constructor(device: DiskDevice, statusFlags: number, location: Path | undefined) {
    super(statusFlags, location);
    this.device = device;
  }

  override get seekable(): boolean {
    return true;
  }

  read(thread: Thread, writer: VmWriter): Result {
    const moved = this.readAt(thread, writer, this.offset);
    if (moved > 0) this.offset += moved;
    return moved;
  }

  override readAt(thread: Thread, writer: VmWriter, offset: number): Result {
    const { cache } = this.device;
    const end = Math.min(offset + writer.avail, windowEnd(offset), cache.sizeBytes);
    const ready = this.prepare(thread, offset, end, false);
    if (ready !== 0) return ready;
    let at = offset;
    while (at < end) {
      const within = at % BLOCK_BYTES;
      const block = cache.get((at - within) / BLOCK_BYTES, false);
      if (block === undefined) break;
      const count = Math.min(BLOCK_BYTES - within, end - at);
      const done = block.memory.reader(within, count).read(writer);
      at += done;
      if (done < count) return at > offset ? at - offset : fail(Errno.EFAULT);
    }
    return Math.max(at - offset, 0);
  }

  write(thread: Thread, reader: VmReader): Result {
    const moved = this.writeAt(thread, reader, this.offset);
    if (moved > 0) this.offset += moved;
    return moved;
  }

  override writeAt(thread: Thread, reader: VmReader, offset: number): Result {
    const { cache } = this.device;
    if (reader.remain === 0) return 0;
    if (offset >= cache.sizeBytes) return fail(Errno.ENOSPC, "the end of the disk");
    const end = Math.min(offset + reader.remain, windowEnd(offset), cache.sizeBytes);
    const ready = this.prepare(thread, offset, end, true);
    if (ready !== 0) return ready;
    let at = offset;
    while (at < end) {
      const within = at % BLOCK_BYTES;
      const block = cache.get((at - within) / BLOCK_BYTES, true);
      if (block === undefined) break;
      const count = Math.min(BLOCK_BYTES - within, end - at);
      const done = reader.read(block.memory.writer(within, count));
      // A block that was to be replaced whole and was not holds nothing that counts.
      if (done < count && block.state !== BlockState.VALID) cache.forget(block);
      else if (done > 0) this.blockWritten(thread, block);
      if (done < count) {
        if (block.state === BlockState.VALID) at += done;
        return at > offset ? at - offset : fail(Errno.EFAULT);
      }
      at += done;
    }
    return at - offset;
  }

  private blockWritten({ usage }: Thread, block: CachedBlock): void {
    if (!block.dirty) usage.diskWrittenBytes += BLOCK_BYTES;
    block.state = BlockState.VALID;
    this.device.cache.markDirty(block);
  }

  /**
   * Brings all blocks from `start` to `end` in at once, so that a copy need not wait half-way;
   * those that a write will replace as a whole only need room. 0, BLOCKED or -EIO.
   */
  private prepare(thread: Thread, start: number, end: number, overwrites: boolean): Result {
    const { cache } = this.device;
    let isReady = true;
    for (let at = start - (start % BLOCK_BYTES); at < end; at += BLOCK_BYTES) {
      const blockEnd = Math.min(at + BLOCK_BYTES, cache.sizeBytes);
      const replaces = overwrites && start <= at && end >= blockEnd;
      const block = cache.get(at / BLOCK_BYTES, replaces);
      if (block?.state === BlockState.FAILED) {
        cache.forget(block);
        return fail(Errno.EIO, "the device reported an error");
      }
      const isUsable = block?.state === BlockState.VALID || block?.state === BlockState.EMPTY;
      if (block === undefined || !isUsable || (!replaces && block.state === BlockState.EMPTY)) {
        isReady = false;
      }
    }
    return isReady ? 0 : thread.block(cache.queue);
  }

  override seek(offset: number, whence: number): Result {
    const size = this.device.cache.sizeBytes;
    let target = -1;
    if (whence === SEEK.SET) target = offset;
    else if (whence === SEEK.CUR) target = this.offset + offset;
    else if (whence === SEEK.END) target = size + offset;
    if (!(target >= 0 && target <= size)) return fail(Errno.EINVAL);
    this.offset = target;
    return target;
  }

  override fsync(thread: Thread): Result {
    return this.device.cache.sync(thread);
  }

  override ioctl(thread: Thread, request: number, argument: number): Result {
    const { cache, disk } = this.device;
    const { memory } = thread;
    switch (request) {
      case BLKGETSIZE64:
        return memory.writeNumber64(argument, cache.sizeBytes) ? 0 : fail(Errno.EFAULT);
      case BLKGETSIZE:
        return memory.writeNumber64(argument, disk.sectors) ? 0 : fail(Errno.EFAULT);
      case BLKSSZGET:
        return memory.writeU32(argument, SECTOR_BYTES) ? 0 : fail(Errno.EFAULT);
      case BLKBSZGET:
        return memory.writeU32(argument, BLOCK_BYTES) ? 0 : fail(Errno.EFAULT);
      case BLKROGET:
        return memory.writeU32(argument, disk.readOnly ? 1 : 0) ? 0 : fail(Errno.EFAULT);
      case BLKFLSBUF:
        return this.fsync(thread);
      default:
        return fail(Errno.ENOTTY);
    }
  }

  /** What was written goes out soon after the last user has left, whether they synchronized or not. */
  protected override onLastClose(): void {
    if ((this.statusFlags & O.ACCMODE) !== O.RDONLY) this.device.cache.writeBack();
  }
}

/** Where a call ends at the latest: its blocks must be in memory all at once. */
function windowEnd(offset: number): number {
  return offset - (offset % BLOCK_BYTES) + WINDOW_BLOCKS * BLOCK_BYTES;
}
