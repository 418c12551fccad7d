// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { O } from "../abi/fcntl.ts";
import type { OpenFile } from "../fs/file.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { among } from "./scml.ts";

/** Flags of preadv2(2) and pwritev2(2). */
export const RWF = {
  HIPRI: 1,
  DSYNC: 2,
  SYNC: 4,
  NOWAIT: 8,
  APPEND: 16,
  NOAPPEND: 32,
  NOSIGNAL: 256,
} as const;

export const RwfNames: Readonly<Record<string, number>> = {
  RWF_HIPRI: 1,
  RWF_DSYNC: 2,
  RWF_SYNC: 4,
  RWF_NOWAIT: 8,
  RWF_APPEND: 16,
  RWF_NOAPPEND: 32,
  RWF_ATOMIC: 64,
  RWF_NOSIGNAL: 256,
};

/** What the kernel does of them. */
export const SUPPORTED_RWF: string = among(RwfNames, "RWF_ATOMIC");

function checkRwf(rwf: number): Result {
  const known =
    RWF.HIPRI | RWF.DSYNC | RWF.SYNC | RWF.APPEND | RWF.NOWAIT | RWF.NOAPPEND | RWF.NOSIGNAL;
  if ((rwf & RWF.APPEND) !== 0 && (rwf & RWF.NOAPPEND) !== 0) return fail(Errno.EINVAL);
  return (rwf & ~known) !== 0 ? fail(Errno.EOPNOTSUPP, "a flag is not supported") : 0;
}

/**
 * The status flags of the file for one call: RWF_NOWAIT is for pipes, sockets and their kin. As on
 * Linux in memory file systems, regular files have no such reading.
 */
export function callFlags(file: OpenFile, rwf: number): Result {
  const checked = checkRwf(rwf);
  if (checked < 0) return checked;
  let { statusFlags } = file;
  if ((rwf & RWF.APPEND) !== 0) statusFlags |= O.APPEND;
  if ((rwf & RWF.NOAPPEND) !== 0) statusFlags &= ~O.APPEND;
  if ((rwf & RWF.NOWAIT) === 0) return statusFlags;
  if (!file.takesNoWait) {
    return fail(Errno.EOPNOTSUPP, "the file has no way not to wait");
  }
  return statusFlags | O.NONBLOCK;
}
