// SPDX-License-Identifier: MPL-2.0

import { MadviseNames } from "../abi/mman.ts";
import { RLIMIT_STACK } from "../process/limits.ts";
import { advise } from "../vm/advise.ts";
import { address, oneOf, size } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { among } from "./scml.ts";

/** madvise(2). */
export const madvise: Syscall = defineSyscall({
  name: "madvise",
  number: { x86_64: 28 },
  args: [address("addr"), size("length"), oneOf("advice", MadviseNames)],
  scml: [
    {
      advice: among(MadviseNames, "MADV_COLLAPSE", "MADV_HWPOISON", "MADV_SOFT_OFFLINE"),
    },
  ],
  support: "partial",
  note: "MADV_COLLAPSE, MADV_HWPOISON and MADV_SOFT_OFFLINE give EINVAL, as where Linux is built without them.",
  handler: (thread, addr, length, advice) =>
    advise(thread.vm, addr, length, advice, thread.process.limits.get(RLIMIT_STACK), thread),
});
