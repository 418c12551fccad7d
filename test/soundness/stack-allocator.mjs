// SPDX-License-Identifier: MPL-2.0

/** A frame allocator that hands out first what came back last: what was given up is in use again at once. */
export class StackAllocator {
  offered = new Set();
  free = new Set();
  #stack = [];

  addFreeMemory(first, count) {
    for (let pfn = first + count - 1; pfn >= first; pfn--) {
      this.offered.add(pfn);
      this.dealloc(pfn);
    }
  }

  alloc(count) {
    if (count > 1) return this.#allocMany(count);
    for (let pfn = this.#stack.pop(); pfn !== undefined; pfn = this.#stack.pop()) {
      if (this.free.delete(pfn)) return pfn;
    }
    return -1;
  }

  #allocMany(count) {
    if (count > this.free.size) return -1;
    for (const first of this.free) {
      let length = 1;
      while (length < count && this.free.has(first + length)) length += 1;
      if (length < count) continue;
      for (let pfn = first; pfn < first + count; pfn++) this.free.delete(pfn);
      return first;
    }
    return -1;
  }

  dealloc(pfn) {
    this.free.add(pfn);
    this.#stack.push(pfn);
  }
}
