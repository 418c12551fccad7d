// SPDX-License-Identifier: MPL-2.0

import type { Hardware } from "@aster/hardware";
import type { Frames } from "./frames.unsafe.ts";

/** More pages than this are forgotten by one flush of the address space. */
export const FLUSH_PAGES_MAX = 64;
/** A longer list of frames is not kept for the next time. */
const DEFERRED_KEPT = 4096;

/**
 * What the machine has to forget of its translations, and the frames that are given up once it has.
 *
 * SAFETY: the invariant *freed-after-flush*: a frame that was reachable through a translation is
 * released by `sync` alone, after every translation of it is gone. With one CPU a flush is done
 * when the machine was told; others would have to answer first.
 */
export class TlbFlusher {
  readonly #hardware: Hardware;
  readonly #frames: Frames;
  /** The address space that pages were issued of since the last dispatch; -1 for none. */
  #root = -1;
  #pages = 0;
  /** Frames to give up, as a stack. */
  #deferred: Int32Array = new Int32Array(FLUSH_PAGES_MAX);
  #count = 0;

  constructor(hardware: Hardware, frames: Frames) {
    this.#hardware = hardware;
    this.#frames = frames;
  }

  /** Whether `sync` has anything to do: a translation was issued, or a frame waits. */
  hasWork = false;

  /** How many frames wait for the flush. */
  get deferredFrames(): number {
    return this.#count;
  }

  /** A page's translation changed. Few pages are told at once; many make one flush at `dispatch`. */
  issuePage(root: number, address: number): void {
    if (root !== this.#root) {
      this.dispatch();
      this.#root = root;
      this.hasWork = true;
    }
    this.#pages += 1;
    if (this.#pages <= FLUSH_PAGES_MAX) {
      this.#hardware.invalidatePage(root, address);
    }
  }

  /** Gives up a reference to frame `pfn`, later. */
  defer(pfn: number): void {
    if (this.#count === this.#deferred.length) {
      this.#grow();
    }
    this.#deferred[this.#count] = pfn;
    this.#count += 1;
    this.hasWork = true;
  }

  #grow(): void {
    const larger = new Int32Array(2 * this.#deferred.length);
    larger.set(this.#deferred);
    this.#deferred = larger;
  }

  /** Gives up a reference to each of the first `count` of `frames`, later. */
  deferAll(frames: Int32Array, count: number): void {
    while (this.#count + count > this.#deferred.length) {
      this.#grow();
    }
    const deferred = this.#deferred;
    const first = this.#count;
    for (let i = 0; i < count; i++) {
      deferred[first + i] = frames[i] ?? -1;
    }
    this.#count = first + count;
    this.hasWork = true;
  }

  /** Has the machine forget all that was issued. */
  dispatch(): void {
    if (this.#pages > FLUSH_PAGES_MAX) {
      this.#hardware.invalidateAddressSpace(this.#root);
    }
    this.#pages = 0;
    this.#root = -1;
  }

  /** Dispatches, and then gives up the frames that waited. */
  sync(): void {
    this.hasWork = false;
    if (this.#root !== -1) {
      this.dispatch();
    }
    const count = this.#count;
    this.#count = 0;
    this.#frames.decreaseAll(this.#deferred, count);
    if (this.#deferred.length > DEFERRED_KEPT) {
      this.#deferred = new Int32Array(FLUSH_PAGES_MAX);
    }
  }
}
