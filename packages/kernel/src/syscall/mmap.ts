// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { MAP_ANONYMOUS, MapNames, PROT_EXEC, PROT_READ, ProtNames } from "../abi/mman.ts";
import { READ_IMPLIES_EXEC } from "../abi/personality.ts";
import { LimitHit } from "../process/limit-hits.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import { map } from "../vm/map.ts";
import { PAGE_SIZE } from "../vm/mapping.ts";
import { vmLimitsOf } from "../vm/limits.ts";
import { address, fd, flags, hex, size } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { among } from "./scml.ts";

/** READ_IMPLIES_EXEC of personality(2). */
export function impliedProtection(thread: Thread, protection: number): number {
  const implies = (thread.process.personality & READ_IMPLIES_EXEC) !== 0;
  return implies && (protection & PROT_READ) !== 0 ? protection | PROT_EXEC : protection;
}

/** mmap(2). */
export const mmap: Syscall = defineSyscall({
  name: "mmap",
  number: { x86_64: 9 },
  args: [
    address("addr"),
    size("length"),
    flags("prot", ProtNames, "PROT_NONE"),
    flags("flags", MapNames),
    fd(),
    hex("offset"),
  ],
  returns: "address",
  scml: [{ flags: among(MapNames, "MAP_HUGETLB") }],
  support: "partial",
  note: "No huge pages: MAP_HUGETLB gives ENOMEM, as where none are reserved.",
  handler(thread, addr, length, prot, mapFlags, fileDescriptor, offset) {
    if (offset % PAGE_SIZE !== 0) {
      return fail(Errno.EINVAL, "the offset is no multiple of the page size");
    }
    const isAnonymous = (mapFlags & MAP_ANONYMOUS) !== 0;
    const file = isAnonymous ? undefined : thread.files.get(fileDescriptor);
    if (!isAnonymous && (file === undefined || file.isPathOnly)) return fail(Errno.EBADF);
    const protection = impliedProtection(thread, prot);
    const request = { address: addr, length, protection, flags: mapFlags, file, offset };
    const limits = vmLimitsOf(thread);
    const result = map(thread.vm, request, limits);
    if (result === -Errno.ENOMEM && length > limits.totalMemoryBytes) {
      thread.kernel.limitHits.record(thread.process, LimitHit.MEMORY);
    }
    return result;
  },
});
