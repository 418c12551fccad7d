// SPDX-License-Identifier: MPL-2.0

/**
 * The policy that chooses frames, injected through `main`'s options. Frames are named by number
 * (physical address / 4096). OSTD checks what it returns: a frame that is in use, reserved or no
 * RAM is refused, so a bad allocator wastes memory and nothing else.
 */
export interface FrameAllocator {
  /** Gives the allocator `count` free frames starting at `first`; called at boot. */
  addFreeMemory(first: number, count: number): void;
  /** The first of `count` contiguous free frames, or -1. */
  alloc(count: number): number;
  /** Takes back `count` frames starting at `first`. */
  dealloc(first: number, count: number): void;
}
