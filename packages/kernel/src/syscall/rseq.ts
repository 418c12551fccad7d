// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { fail } from "../result.ts";
import { address, hex } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

/** The C library registers one for each thread, and lives without. */
export const rseq: Syscall = defineSyscall({
  name: "rseq",
  number: { x86_64: 334 },
  args: [address("rseq"), hex("rseq_len"), hex("flags"), hex("sig")],
  scml: [],
  support: "partial",
  note: "always ENOSYS: restartable sequences are not supported",
  handler: () => fail(Errno.ENOSYS),
});
