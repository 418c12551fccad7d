// SPDX-License-Identifier: MPL-2.0

import { ostd } from "./ostd.mjs";
import { demand } from "./violation.mjs";

/**
 * A frame allocator that mostly does its work, tells the oracle what it is asked, and lies when it
 * is told to. What it was told is what a frame's freedom means to the oracle.
 */
export class HostileAllocator {
  #inner = new ostd.BuddyAllocator();
  /** Frames that OSTD offered at boot: nothing else may ever be in use. */
  offered = new Set();
  /** Frames that OSTD gave back and that were not handed out since. */
  free = new Set();
  /** The next answer of `alloc`, instead of the right one. */
  lie = undefined;
  /** Called in the middle of OSTD's operation. */
  onAsked = undefined;

  addFreeMemory(first, count) {
    for (let pfn = first; pfn < first + count; pfn++) {
      this.offered.add(pfn);
      this.free.add(pfn);
    }
    this.#inner.addFreeMemory(first, count);
  }

  alloc(count) {
    this.#disturb();
    if (this.lie !== undefined) {
      const answer = this.lie(count);
      this.lie = undefined;
      return answer;
    }
    const first = this.#inner.alloc(count);
    for (let pfn = first; first >= 0 && pfn < first + count; pfn++) this.free.delete(pfn);
    return first;
  }

  dealloc(first, count) {
    for (let pfn = first; pfn < first + count; pfn++) {
      demand(
        this.offered.has(pfn) && !this.free.has(pfn),
        "no-double-free",
        () => `frame ${pfn} was given back twice, or was never offered`,
      );
      this.free.add(pfn);
    }
    this.#inner.dealloc(first, count);
    this.#disturb();
  }

  /** Takes a given frame out of the free ones, as a right answer would have. */
  take(pfn) {
    this.free.delete(pfn);
  }

  #disturb() {
    const action = this.onAsked;
    this.onAsked = undefined;
    action?.();
  }
}
