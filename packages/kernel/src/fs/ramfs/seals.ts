// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import { SEAL } from "../../abi/fcntl.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import type { RamRegular } from "./regular.ts";

/** All that fcntl(F_ADD_SEALS) takes. */
export const SEALS_KNOWN: number =
  SEAL.SEAL | SEAL.SHRINK | SEAL.GROW | SEAL.WRITE | SEAL.FUTURE_WRITE | SEAL.EXEC;

/** fcntl(F_ADD_SEALS) on a file of memfd_create(2). */
export function addSeals(inode: RamRegular, seals: number): Result {
  if ((inode.seals & SEAL.SEAL) !== 0) {
    return fail(Errno.EPERM, "the seals of the file are final");
  }
  if (
    (seals & SEAL.WRITE) !== 0 &&
    (inode.seals & SEAL.WRITE) === 0 &&
    inode.writableMappings > 0
  ) {
    return fail(Errno.EBUSY, "a shared writable mapping of the file exists");
  }
  inode.seals |= seals;
  return 0;
}
