// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { MAP_ANONYMOUS, MapNames, ProtNames } from "../abi/mman.ts";
import { LimitHit } from "../process/limit-hits.ts";
import { fail } from "../result.ts";
import { map } from "../vm/map.ts";
import { vmLimitsOf } from "../vm/limits.ts";
import { address, fd, flags, hex, size } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { among } from "./scml.ts";

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
  note: "No huge pages; MAP_LOCKED fills the range, which never leaves memory in any case.",
  handler(thread, addr, length, prot, mapFlags, fileDescriptor, offset) {
    const isAnonymous = (mapFlags & MAP_ANONYMOUS) !== 0;
    const file = isAnonymous ? undefined : thread.files.get(fileDescriptor);
    if (!isAnonymous && file === undefined) return fail(Errno.EBADF);
    const request = { address: addr, length, protection: prot, flags: mapFlags, file, offset };
    const limits = vmLimitsOf(thread);
    const result = map(thread.vm, request, limits);
    if (result === -Errno.ENOMEM && length > limits.totalMemoryBytes) {
      thread.kernel.limitHits.record(thread.process, LimitHit.MEMORY);
    }
    return result;
  },
});
