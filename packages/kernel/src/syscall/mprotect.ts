// SPDX-License-Identifier: MPL-2.0

import { ProtNames } from "../abi/mman.ts";
import { protect } from "../vm/protect.ts";
import { address, flags, size } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { impliedProtection } from "./mmap.ts";
import { among } from "./scml.ts";

/** mprotect(2). */
export const mprotect: Syscall = defineSyscall({
  name: "mprotect",
  number: { x86_64: 10 },
  args: [address("addr"), size("len"), flags("prot", ProtNames, "PROT_NONE")],
  scml: [{ prot: `PROT_NONE | PROT_SEM | ${among(ProtNames, "PROT_GROWSUP")}` }],
  support: "full",
  handler: (thread, addr, length, protection) =>
    protect(thread.vm, addr, length, impliedProtection(thread, protection)),
});
