// SPDX-License-Identifier: MPL-2.0

import { MremapNames } from "../abi/mman.ts";
import { vmLimitsOf } from "../vm/limits.ts";
import { remap } from "../vm/remap.ts";
import { address, flags, size } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

/** mremap(2). */
export const mremap: Syscall = defineSyscall({
  name: "mremap",
  number: { x86_64: 25 },
  args: [
    address("old_address"),
    size("old_size"),
    size("new_size"),
    flags("flags", MremapNames, "0"),
    address("new_address"),
  ],
  returns: "address",
  optional: 1,
  support: "full",
  handler: (thread, oldAddress, oldLength, newLength, remapFlags, newAddress) =>
    remap(
      thread.vm,
      { address: oldAddress, oldLength, newLength, flags: remapFlags, newAddress },
      vmLimitsOf(thread),
    ),
});
