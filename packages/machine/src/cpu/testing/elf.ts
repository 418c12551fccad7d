// SPDX-License-Identifier: MPL-2.0

import { type Guest, NO_EXECUTE, WRITE } from "./guest.ts";

const PT_LOAD = 1;
const PF_X = 1;
const PF_W = 2;

export interface LoadedElf {
  readonly entry: number;
  /** Where the program headers stand in memory, and how many there are (AT_PHDR, AT_PHNUM). */
  readonly headers: number;
  readonly headerCount: number;
  /** The first address behind all segments, where the heap starts. */
  readonly end: number;
}

/** Maps the segments of a static ELF64 executable (elf(5)); all are writable until they are copied. */
export function loadElf(guest: Guest, file: Uint8Array, bias = 0): LoadedElf {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const number = (at: number): number => Number(view.getBigUint64(at, true));
  const headersAt = number(32);
  const count = view.getUint16(56, true);
  let end = 0;
  let headers = 0;
  for (let i = 0; i < count; i++) {
    const at = headersAt + 56 * i;
    if (view.getUint32(at, true) !== PT_LOAD) continue;
    const flags = view.getUint32(at + 4, true);
    const [offset, address] = [number(at + 8), number(at + 16) + bias];
    const [fileSize, memorySize] = [number(at + 32), number(at + 40)];
    guest.allocate(
      address,
      memorySize,
      (flags & PF_W ? WRITE : 0) | (flags & PF_X ? 0 : NO_EXECUTE),
    );
    guest.write(address, file.subarray(offset, offset + fileSize));
    if (headersAt >= offset && headersAt < offset + fileSize)
      headers = address + headersAt - offset;
    end = Math.max(end, address + memorySize);
  }
  return { entry: number(24) + bias, headers, headerCount: count, end };
}
