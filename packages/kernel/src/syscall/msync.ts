// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { MS_ASYNC, MS_INVALIDATE, MS_SYNC, MsyncNames } from "../abi/mman.ts";
import { fail } from "../result.ts";
import { Locked, PAGE_SIZE, pageCeil, roundsToNothing } from "../vm/mapping.ts";
import { address, flags, size } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

/** msync(2): mappings and file share their pages, so only the file's own storage is left to reach. */
export const msync: Syscall = defineSyscall({
  name: "msync",
  number: { x86_64: 26 },
  args: [address("addr"), size("length"), flags("flags", MsyncNames, "0")],
  support: "full",
  handler(thread, addr, length, syncFlags) {
    if ((syncFlags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) !== 0) {
      return fail(Errno.EINVAL, "the flags have unknown bits");
    }
    if ((syncFlags & MS_ASYNC) !== 0 && (syncFlags & MS_SYNC) !== 0) {
      return fail(Errno.EINVAL, "MS_ASYNC and MS_SYNC exclude each other");
    }
    if (addr % PAGE_SIZE !== 0) return fail(Errno.EINVAL, "the address is not page-aligned");
    if (roundsToNothing(length)) return 0;
    if (addr + length >= 2 ** 64) return fail(Errno.ENOMEM, "the range ends before it starts");
    const end = addr + pageCeil(length);
    const { mappings } = thread.vm;
    let index = mappings.firstEndingAbove(addr);
    for (; (syncFlags & (MS_SYNC | MS_INVALIDATE)) !== 0; index += 1) {
      const mapping = mappings.at(index);
      if (mapping === undefined || mapping.start >= end) break;
      if ((syncFlags & MS_INVALIDATE) !== 0 && mapping.locked !== Locked.NO) {
        return fail(Errno.EBUSY, "the memory is locked");
      }
      if ((syncFlags & MS_SYNC) === 0) continue;
      if (!mapping.shared || mapping.file === undefined) continue;
      const synced = mapping.file.fsync(thread);
      if (synced < 0) return synced;
    }
    return mappings.covers(addr, end) ? 0 : fail(Errno.ENOMEM, "part of the range is not mapped");
  },
});
