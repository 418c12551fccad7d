// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { S } from "../abi/stat.ts";
import type { Credentials } from "../process/credentials.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { Capability } from "../security/capabilities.ts";
import { isImmutable } from "./inode-flags.ts";
import type { Inode } from "./inode.ts";

/** What an access asks for, as in access(2). */
export const MAY = { EXEC: 1, WRITE: 2, READ: 4 } as const;

/**
 * Whether `credentials` may access `inode` as `mask` (of `MAY`) asks: path_resolution(7),
 * "Permissions". 0 or -EACCES; -EPERM for a write to what is immutable.
 */
export function checkPermission(credentials: Credentials, inode: Inode, mask: number): Result {
  if ((mask & MAY.WRITE) !== 0 && isImmutable(inode)) {
    return fail(Errno.EPERM, "the file is immutable");
  }
  const { mode } = inode;
  let granted: number;
  if (credentials.fsuid === inode.uid) {
    granted = mode >> 6;
  } else if (credentials.inGroup(inode.gid)) {
    granted = mode >> 3;
  } else {
    granted = mode;
  }
  if ((mask & ~granted & 7) === 0) {
    return 0;
  }
  return overrides(credentials, inode, mask) || inode.grantsBeyondMode(credentials)
    ? 0
    : fail(Errno.EACCES, "the permission bits of the file do not allow it");
}

/** capabilities(7): CAP_DAC_OVERRIDE runs only what somebody may run; CAP_DAC_READ_SEARCH reads. */
function overrides(credentials: Credentials, inode: Inode, mask: number): boolean {
  if (credentials.has(Capability.DAC_OVERRIDE)) {
    return (mask & MAY.EXEC) === 0 || inode.isDirectory || (inode.mode & 0o111) !== 0;
  }
  const reading = inode.isDirectory ? (mask & MAY.WRITE) === 0 : mask === MAY.READ;
  return reading && credentials.has(Capability.DAC_READ_SEARCH);
}

/** Whether the caller may act as the owner of the file (chmod, utimensat, ...). */
export function isOwnerOrCapable(credentials: Credentials, inode: Inode): boolean {
  return credentials.fsuid === inode.uid || credentials.has(Capability.FOWNER);
}

/** Whether the sticky bit of `directory` keeps the caller from removing `inode` (unlink(2)). */
export function isStickyProtected(
  credentials: Credentials,
  directory: Inode,
  inode: Inode,
): boolean {
  return (
    (directory.mode & S.ISVTX) !== 0 &&
    credentials.fsuid !== inode.uid &&
    credentials.fsuid !== directory.uid &&
    !credentials.has(Capability.FOWNER)
  );
}

/** A write or truncation by an unprivileged caller takes set-user-ID and set-group-ID away (inode(7)). */
export function dropPrivilegeBits(credentials: Credentials, inode: Inode): void {
  if ((inode.mode & (S.ISUID | S.ISGID)) !== 0 && !credentials.has(Capability.FSETID)) {
    inode.mode = withoutPrivilegeBits(inode.mode);
  }
}

/** `mode` as chown(2) leaves it: set-group-ID without group execution means mandatory locking and stays. */
export function withoutPrivilegeBits(mode: number): number {
  if ((mode & S.IFMT) === S.IFDIR) {
    return mode;
  }
  const withoutUser = mode & ~S.ISUID;
  return (mode & 0o010) === 0 ? withoutUser : withoutUser & ~S.ISGID;
}
