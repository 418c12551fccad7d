// SPDX-License-Identifier: MPL-2.0

import { DmaStream, PAGE_SIZE } from "@aster/ostd";
import { Errno } from "../../abi/errno.ts";
import { PollQueue } from "../../fs/poll-queue.ts";
import type { Thread } from "../../process/thread.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { SECTOR_BYTES } from "./block-device.ts";
import type { BlockCompletion, BlockDevice, BlockRoomListener } from "./block-device.ts";

/** Blocks that are kept; clean ones make room for others, least recently used first. */
const MAX_BLOCKS = 1024;
/** This many dirty blocks start being written back by themselves. */
const MAX_DIRTY = 128;
export const BLOCK_BYTES: number = PAGE_SIZE;
const SECTORS_PER_BLOCK: number = BLOCK_BYTES / SECTOR_BYTES;

/** The most blocks that one step of a read or write holds at a time. */
export const WINDOW_BLOCKS = 256;

/** A synchronization has written back and waits for the flush. */
const STAGE_FLUSHING = 1;

/** What a block's memory holds. */
export const BlockState = { EMPTY: 0, READING: 1, VALID: 2, FAILED: 3 } as const;
type BlockState = (typeof BlockState)[keyof typeof BlockState];

/** One cached block. */
export class CachedBlock {
  readonly index: number;
  readonly memory: DmaStream;
  state: BlockState = BlockState.EMPTY;
  /** Changed since the last write-back began. */
  dirty = false;
  writing = false;

  constructor(index: number, memory: DmaStream) {
    this.index = index;
    this.memory = memory;
  }

  get busy(): boolean {
    return this.writing || this.state === BlockState.READING;
  }
}

/**
 * Blocks of a disk in memory. Nothing here waits: a caller asks for blocks, and where one is not
 * there yet it waits on `queue` and asks again.
 */
export class BufferCache implements BlockCompletion, BlockRoomListener {
  /** Woken whenever a request has ended. */
  readonly queue: PollQueue = new PollQueue();
  private readonly device: BlockDevice;
  /** In order of use, the least recently used first. */
  private readonly blocks = new Map<number, CachedBlock>();
  private dirtyCount = 0;
  private writingCount = 0;
  /** Completed flushes, and failed writes since the last `takeError`. */
  private flushesDone = 0;
  private flushesStarted = 0;
  private hasError = false;
  private hasUnflushed = false;

  constructor(device: BlockDevice) {
    this.device = device;
    device.setRoomListener(this);
  }

  /** Blocks in memory; each takes a frame. */
  get blockCount(): number {
    return this.blocks.size;
  }

  /** Size in bytes. */
  get sizeBytes(): number {
    return this.device.sectors * SECTOR_BYTES;
  }

  /**
   * The block at `index`; reading it begins unless it is there or `willOverwrite` says that all of
   * it will be replaced: the caller then sets `state`. Undefined where there is no room for it yet.
   */
  get(index: number, willOverwrite: boolean): CachedBlock | undefined {
    const block = this.blocks.get(index) ?? this.add(index);
    if (block === undefined) return undefined;
    this.blocks.delete(index);
    this.blocks.set(index, block);
    if (block.state === BlockState.EMPTY && !willOverwrite) this.startReading(block);
    return block;
  }

  /** A block whose read failed is forgotten, so that the next try asks the device again. */
  forget(block: CachedBlock): void {
    this.blocks.delete(block.index);
    block.memory.drop();
  }

  /** Forgets all blocks that hold nothing new: somebody else writes to the device. */
  invalidate(): void {
    for (const block of this.blocks.values()) {
      if (!block.dirty && !block.busy) this.forget(block);
    }
  }

  /** The caller changed the block. */
  markDirty(block: CachedBlock): void {
    if (!block.dirty) {
      block.dirty = true;
      this.dirtyCount++;
    }
    if (this.dirtyCount > MAX_DIRTY) this.writeBack();
  }

  /** Starts writing all dirty blocks that are not being written. */
  writeBack(): void {
    for (const block of this.blocks.values()) {
      if (block.dirty && !block.busy && !this.startWriting(block)) return;
    }
  }

  /** Whether anything was written since the last flush ended. */
  get needsSync(): boolean {
    return this.hasUnflushed || !this.isClean;
  }

  /** Whether everything written has reached the device. */
  get isClean(): boolean {
    return this.dirtyCount === 0 && this.writingCount === 0;
  }

  /**
   * fsync(2) of the disk: BLOCKED until everything written is on the medium. Uses `stage` and
   * `value` of the restart block; a failed write since the last time is -EIO, once.
   */
  sync(thread: Thread): Result {
    const { restart } = thread;
    if (restart.stage !== STAGE_FLUSHING) {
      if (!this.isClean) {
        this.writeBack();
        if (!this.isClean) return thread.block(this.queue);
      }
      const flush = this.startFlush();
      if (flush < 0) return thread.block(this.queue);
      restart.stage = STAGE_FLUSHING;
      restart.value = flush;
    }
    if (!this.isFlushDone(restart.value)) return thread.block(this.queue);
    restart.stage = 0;
    this.hasUnflushed = false;
    return this.takeError() ? fail(Errno.EIO, "a write failed") : 0;
  }

  /** Starts a flush; its number, or -1 where the device has no room. */
  startFlush(): number {
    const token = -1;
    if (!this.device.submitFlush(this, token)) return -1;
    return ++this.flushesStarted;
  }
  isFlushDone(flush: number): boolean {
    return this.flushesDone >= flush;
  }

  /** Whether a write failed since the last call. */
  takeError(): boolean {
    const { hasError } = this;
    this.hasError = false;
    return hasError;
  }

  // --- What the device tells

  requestDone(token: number, ok: boolean): void {
    if (token < 0) {
      this.flushesDone++;
      if (!ok) this.hasError = true;
    } else {
      const block = this.blocks.get(token);
      if (block !== undefined) this.blockDone(block, ok);
    }
    this.queue.wakeAll();
  }

  blockRoomAvailable(): void {
    if (this.dirtyCount > MAX_DIRTY) this.writeBack();
    this.queue.wakeAll();
  }

  private blockDone(block: CachedBlock, ok: boolean): void {
    if (block.state === BlockState.READING) {
      block.state = ok ? BlockState.VALID : BlockState.FAILED;
      return;
    }
    block.writing = false;
    this.writingCount--;
    this.hasUnflushed = true;
    if (!ok) this.hasError = true;
  }

  // --- Room and requests

  private add(index: number): CachedBlock | undefined {
    while (this.blocks.size >= MAX_BLOCKS) {
      if (!this.evictOne()) {
        this.writeBack();
        return undefined;
      }
    }
    const memory = DmaStream.alloc(1, "bidirectional");
    if (memory === undefined) {
      if (!this.evictOne()) this.writeBack();
      return undefined;
    }
    const block = new CachedBlock(index, memory);
    this.blocks.set(index, block);
    return block;
  }

  private evictOne(): boolean {
    for (const block of this.blocks.values()) {
      if (block.dirty || block.busy) continue;
      this.forget(block);
      return true;
    }
    return false;
  }

  private startReading(block: CachedBlock): void {
    const count = this.sectorsOf(block);
    const sector = block.index * SECTORS_PER_BLOCK;
    block.state = BlockState.READING;
    if (!this.device.submitRead(sector, count, block.memory, 0, this, block.index)) {
      block.state = BlockState.EMPTY;
      return;
    }
  }

  private startWriting(block: CachedBlock): boolean {
    const count = this.sectorsOf(block);
    const sector = block.index * SECTORS_PER_BLOCK;
    block.dirty = false;
    block.writing = true;
    this.dirtyCount--;
    this.writingCount++;
    if (this.device.submitWrite(sector, count, block.memory, 0, this, block.index)) {
      return true;
    }
    block.dirty = true;
    block.writing = false;
    this.dirtyCount++;
    this.writingCount--;
    return false;
  }

  /** The last block may be cut short by the end of the disk. */
  private sectorsOf(block: CachedBlock): number {
    return Math.min(SECTORS_PER_BLOCK, this.device.sectors - block.index * SECTORS_PER_BLOCK);
  }
}
