// SPDX-License-Identifier: MPL-2.0

import type { FrameAllocator } from "./frame-allocator.ts";

const MAX_ORDER = 18; // 1 GiB
const NONE = -1;
/** Single frames kept aside: they neither merge nor split, and are given again, as the host has memory for them already. */
const CACHE_SIZE = 8192;
const CACHE_SURPLUS = 2048;

/**
 * The default frame allocator: a binary buddy system over frame numbers, with a small stack of
 * single frames in front. Single frames in O(1), segments in O(log n).
 */
export class BuddyAllocator implements FrameAllocator {
  /** Head of the list of free blocks of each order. */
  readonly #heads: Int32Array = new Int32Array(MAX_ORDER + 1).fill(NONE);
  /** List links of free blocks, indexed by the number of their first frame. */
  #next: Int32Array = new Int32Array(0);
  #previous: Int32Array = new Int32Array(0);
  /** Order + 1 of the free block that starts at a frame; 0 for all other frames. */
  #order: Uint8Array = new Uint8Array(0);
  readonly #cache: Int32Array = new Int32Array(CACHE_SIZE);
  #cached = 0;

  addFreeMemory(first: number, count: number): void {
    this.#grow(first + count);
    this.#freeRange(first, count);
  }

  alloc(count: number): number {
    if (count === 1) {
      if (this.#cached > 0) {
        this.#cached -= 1;
        return this.#cache[this.#cached] ?? NONE;
      }
      return this.#take(0);
    }
    let order = 0;
    while (order <= MAX_ORDER && 1 << order < count) {
      order += 1;
    }
    if (order > MAX_ORDER) {
      return NONE;
    }
    let first = this.#take(order);
    if (first === NONE && this.#cached > 0) {
      this.#drainCache(this.#cached);
      first = this.#take(order);
    }
    const spare = (1 << order) - count;
    if (first !== NONE && spare > 0) {
      this.#freeRange(first + count, spare);
    }
    return first;
  }

  dealloc(first: number, count: number): void {
    if (count === 1) {
      if (this.#cached === CACHE_SIZE) this.#drainCache(CACHE_SURPLUS);
      this.#cache[this.#cached] = first;
      this.#cached += 1;
      return;
    }
    this.#freeRange(first, count);
  }

  #grow(frames: number): void {
    if (frames <= this.#order.length) return;
    const next = new Int32Array(frames);
    const previous = new Int32Array(frames);
    const order = new Uint8Array(frames);
    next.set(this.#next);
    previous.set(this.#previous);
    order.set(this.#order);
    this.#next = next;
    this.#previous = previous;
    this.#order = order;
  }

  /** Frees the `count` single frames that have been kept longest. */
  #drainCache(count: number): void {
    for (let i = 0; i < count; i++) {
      this.#freeBlock(this.#cache[i] ?? 0, 0);
    }
    this.#cache.copyWithin(0, count, this.#cached);
    this.#cached -= count;
  }

  /** Frees a range as the largest aligned blocks that fit. */
  #freeRange(first: number, count: number): void {
    let at = first;
    let left = count;
    while (left > 0) {
      let order = 0;
      while (order < MAX_ORDER && (at & ((2 << order) - 1)) === 0 && 2 << order <= left) {
        order += 1;
      }
      this.#freeBlock(at, order);
      at += 1 << order;
      left -= 1 << order;
    }
  }

  #freeBlock(first: number, order: number): void {
    let block = first;
    let size = order;
    while (size < MAX_ORDER) {
      const buddy = block ^ (1 << size);
      if (buddy >= this.#order.length || this.#order[buddy] !== size + 1) {
        break;
      }
      this.#unlink(buddy, size);
      block = Math.min(block, buddy);
      size += 1;
    }
    this.#push(block, size);
  }

  #take(order: number): number {
    let found = order;
    while (found <= MAX_ORDER && this.#heads[found] === NONE) {
      found += 1;
    }
    if (found > MAX_ORDER) {
      return NONE;
    }
    const block = this.#heads[found] ?? NONE;
    this.#unlink(block, found);
    while (found > order) {
      found -= 1;
      this.#push(block + (1 << found), found);
    }
    return block;
  }

  #push(block: number, order: number): void {
    const head = this.#heads[order] ?? NONE;
    this.#next[block] = head;
    this.#previous[block] = NONE;
    if (head !== NONE) {
      this.#previous[head] = block;
    }
    this.#heads[order] = block;
    this.#order[block] = order + 1;
  }

  #unlink(block: number, order: number): void {
    const next = this.#next[block] ?? NONE;
    const previous = this.#previous[block] ?? NONE;
    if (previous === NONE) {
      this.#heads[order] = next;
    } else {
      this.#next[previous] = next;
    }
    if (next !== NONE) {
      this.#previous[next] = previous;
    }
    this.#order[block] = 0;
  }
}
