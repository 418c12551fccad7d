// SPDX-License-Identifier: MPL-2.0

import { ostd } from "./ostd.mjs";

/** A heap allocator that answers with what it is told to, once. */
export class HostileHeap {
  #inner = new ostd.SlabHeapAllocator();
  /** Slots that it answered with and that are not its own. */
  #lent = new Set();
  lie = undefined;

  alloc(size) {
    const { lie } = this;
    this.lie = undefined;
    if (lie === undefined) return this.#inner.alloc(size);
    this.#lent.add(lie);
    return lie;
  }

  dealloc(slot) {
    if (!this.#lent.delete(slot)) this.#inner.dealloc(slot);
  }
}
