// SPDX-License-Identifier: MPL-2.0

/** Bits of personality(2) (include/uapi/linux/personality.h). */
export const PER_LINUX32 = 0x0008;
export const UNAME26 = 0x002_0000;
export const ADDR_NO_RANDOMIZE = 0x004_0000;
export const READ_IMPLIES_EXEC = 0x040_0000;
export const STICKY_TIMEOUTS = 0x400_0000;
const MMAP_PAGE_ZERO = 0x010_0000;
const ADDR_COMPAT_LAYOUT = 0x020_0000;

/** What a program that gains rights by execve(2) does not inherit (PER_CLEAR_ON_SETID). */
export const PER_CLEAR_ON_SETID: number =
  READ_IMPLIES_EXEC | ADDR_NO_RANDOMIZE | ADDR_COMPAT_LAYOUT | MMAP_PAGE_ZERO;
