// SPDX-License-Identifier: MPL-2.0

/**
 * Where the memory of a case lies. One image of pages, seen through segments at
 * addresses that are the same on the host and in our CPU's page tables.
 */

export const PAGE = 4096;
export const LINE = 64;

const READ = 1;
const WRITE = 2;
const EXECUTE = 4;

/** The address space of a case; `protection` has the bits of mmap(2). */
export const SEGMENTS = [
  { name: "code", address: 0x1000_0000, firstPage: 0, pages: 2, protection: READ | EXECUTE },
  { name: "data", address: 0x2000_0000, firstPage: 2, pages: 3, protection: READ | WRITE },
  { name: "readOnly", address: 0x2000_3000, firstPage: 5, pages: 1, protection: READ },
  { name: "stack", address: 0x3000_0000, firstPage: 6, pages: 2, protection: READ | WRITE },
  { name: "high", address: 0x2aaa_5555_0000, firstPage: 8, pages: 2, protection: READ | WRITE },
];

export const IMAGE_PAGES = 10;
export const IMAGE_SIZE = IMAGE_PAGES * PAGE;

export const CODE = 0x1000_0000;
export const CODE_SIZE = 2 * PAGE;
export const DATA = 0x2000_0000;
export const DATA_SIZE = 3 * PAGE;
export const READ_ONLY = 0x2000_3000;
/** The first address behind the data; nothing is mapped there. */
export const UNMAPPED = 0x2000_4000;
export const STACK = 0x3000_0000;
export const STACK_SIZE = 2 * PAGE;
export const HIGH = 0x2aaa_5555_0000;
export const HIGH_SIZE = 2 * PAGE;

export const FS_BASE = DATA + 0x800;
export const GS_BASE = DATA + 0x1400;

/** The trap that ends a case which ran to its end: int3, with which the code pages are filled. */
export const EXIT_VECTOR = 3;
export const VECTOR_TIMEOUT = 0xffff;

/** The image offset of an address, or -1 where no segment is mapped. */
export function imageOffset(address) {
  for (const s of SEGMENTS) {
    if (address >= s.address && address < s.address + s.pages * PAGE) {
      return s.firstPage * PAGE + (address - s.address);
    }
  }
  return -1;
}

/** The bytes that every case finds in memory before its patches. */
export function baseImage() {
  const image = new Uint8Array(IMAGE_SIZE);
  let x = 0x9e3779b9;
  for (let i = 0; i < IMAGE_SIZE; i++) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    image[i] = x >>> 24;
  }
  image.fill(0xcc, 0, CODE_SIZE);
  return image;
}

/** The memory of single instructions and short blocks. */
export const caseLayout = { segments: SEGMENTS, pages: IMAGE_PAGES, baseImage };
