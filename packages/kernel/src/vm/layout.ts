// SPDX-License-Identifier: MPL-2.0

/**
 * Where things go in a user address space.
 *
 * The low layout keeps a process below 4 GiB, where the built-in machine translates addresses
 * through a direct table; the high one is Linux's usual 47-bit layout without randomization.
 */
export interface AddressSpaceLayout {
  /** Lowest address that mmap hands out (vm.mmap_min_addr). */
  readonly mmapMinimum: number;
  /** mmap searches downwards from here. */
  readonly mmapTop: number;
  /** One past the highest byte of the stack. */
  readonly stackTop: number;
  /** Where a position-independent executable is loaded. */
  readonly pieBase: number;
}

export const MMAP_MIN_ADDRESS = 0x1_0000;

/** User addresses end below the last page of the lower half (TASK_SIZE of Linux on x86-64). */
export const TASK_SIZE = 0x7fff_ffff_f000;

/** Room kept for the stack to grow into, below which mmap starts; Linux keeps at least 128 MiB. */
const STACK_GAP = 0x800_0000;

export const LOW_LAYOUT: AddressSpaceLayout = {
  mmapMinimum: MMAP_MIN_ADDRESS,
  mmapTop: 0xffff_e000 - STACK_GAP,
  stackTop: 0xffff_e000,
  pieBase: 0x5555_4000,
};

export const HIGH_LAYOUT: AddressSpaceLayout = {
  mmapMinimum: MMAP_MIN_ADDRESS,
  mmapTop: 0x7fff_ffff_f000 - STACK_GAP,
  stackTop: 0x7fff_ffff_f000,
  pieBase: 0x5555_5555_4000,
};
