// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { among } from "./scml.ts";

/** Flags of preadv2(2) and pwritev2(2). */
export const RWF = { HIPRI: 1, DSYNC: 2, SYNC: 4, NOWAIT: 8, APPEND: 16 } as const;

export const RwfNames: Readonly<Record<string, number>> = {
  RWF_HIPRI: 1,
  RWF_DSYNC: 2,
  RWF_SYNC: 4,
  RWF_NOWAIT: 8,
  RWF_APPEND: 16,
  RWF_NOAPPEND: 32,
  RWF_ATOMIC: 64,
};

/** What the kernel does of them. */
export const SUPPORTED_RWF: string = among(RwfNames, "RWF_NOWAIT", "RWF_NOAPPEND", "RWF_ATOMIC");

export function checkRwf(rwf: number): Result {
  const known = RWF.HIPRI | RWF.DSYNC | RWF.SYNC | RWF.APPEND;
  return (rwf & ~known) !== 0 ? fail(Errno.EOPNOTSUPP, "a flag is not supported") : 0;
}
