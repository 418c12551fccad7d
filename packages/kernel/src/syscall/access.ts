// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { AT, AT_FDCWD } from "../abi/fcntl.ts";
import { S } from "../abi/stat.ts";
import { mayWriteMount } from "../fs/create.ts";
import { MS } from "../fs/mount.ts";
import type { Path } from "../fs/path.ts";
import { checkPermission, MAY } from "../fs/permission.ts";
import type { Credentials } from "../process/credentials.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { SECBIT_NO_SETUID_FIXUP } from "../security/set-ids.ts";
import { CapabilitySet } from "../security/capabilities.ts";
import { dirfd, flags, path } from "./args.ts";
import { AccessAtNames } from "./at-flags.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { readPath } from "./read-path.ts";

const ModeNames = { R_OK: 4, W_OK: 2, X_OK: 1 } as const;

/** The credentials that access(2) checks with: the real ids, and root's capabilities only for root. */
function realCredentials(credentials: Credentials): Credentials {
  const { uid, gid, effective, permitted } = credentials;
  const keepsCapabilities = (credentials.secureBits & SECBIT_NO_SETUID_FIXUP) !== 0;
  const allowed = keepsCapabilities ? effective : uid === 0 ? permitted : CapabilitySet.NONE;
  const hasIds = uid === credentials.fsuid && gid === credentials.fsgid;
  if (hasIds && allowed.isSubsetOf(effective) && effective.isSubsetOf(allowed)) {
    return credentials;
  }
  const real = credentials.clone();
  real.fsuid = uid;
  real.fsgid = gid;
  real.effective = allowed;
  return real;
}

function checkAccess(
  thread: Thread,
  directory: number,
  pathAddress: number,
  accessMode: number,
  atFlags: number,
): Result {
  const known = AT.EACCESS | AT.SYMLINK_NOFOLLOW | AT.EMPTY_PATH;
  if ((accessMode & ~7) !== 0 || (atFlags & ~known) !== 0) {
    return fail(Errno.EINVAL, "the mode or a flag is unknown");
  }
  const pathname = readPath(thread, pathAddress, (atFlags & AT.EMPTY_PATH) !== 0);
  if (typeof pathname === "number") {
    return pathname;
  }
  const own = thread.credentials;
  const credentials = (atFlags & AT.EACCESS) !== 0 ? own : realCredentials(own);
  // The walk is judged by the same credentials as the file itself.
  thread.credentials = credentials;
  const place = thread.kernel.vfs.resolve(thread, directory, pathname, atFlags);
  thread.credentials = own;
  return typeof place === "number" ? place : checkPlace(credentials, place, accessMode);
}

function checkPlace(credentials: Credentials, place: Path, accessMode: number): Result {
  const { inode, mount } = place;
  if (accessMode === 0) {
    return 0;
  }
  // What has no type is something like a file, of which no program may run.
  const isForbidden = inode.type === 0 || (inode.isRegular && (mount.flags & MS.NOEXEC) !== 0);
  if ((accessMode & MAY.EXEC) !== 0 && isForbidden) {
    return fail(Errno.EACCES, "the mount does not allow execution");
  }
  const permitted = checkPermission(credentials, inode, accessMode);
  if (permitted < 0 || (accessMode & MAY.WRITE) === 0) {
    return permitted;
  }
  const { type } = inode;
  const isSpecial = type === S.IFCHR || type === S.IFBLK || type === S.IFIFO || type === S.IFSOCK;
  return isSpecial ? 0 : mayWriteMount(place);
}

/** access(2). */
export const access: Syscall = defineSyscall({
  name: "access",
  number: { x86_64: 21 },
  args: [path(), flags("mode", ModeNames, "F_OK")],
  support: "full",
  handler: (thread, pathAddress, accessMode) =>
    checkAccess(thread, AT_FDCWD, pathAddress, accessMode, 0),
});

/** faccessat(2) as the kernel has it: without flags. */
export const faccessat: Syscall = defineSyscall({
  name: "faccessat",
  number: { x86_64: 269 },
  args: [dirfd(), path(), flags("mode", ModeNames, "F_OK")],
  support: "full",
  handler: (thread, directory, pathAddress, accessMode) =>
    checkAccess(thread, directory, pathAddress, accessMode, 0),
});

/** faccessat2(2). */
export const faccessat2: Syscall = defineSyscall({
  name: "faccessat2",
  number: { x86_64: 439 },
  args: [dirfd(), path(), flags("mode", ModeNames, "F_OK"), flags("flags", AccessAtNames)],
  support: "full",
  handler: checkAccess,
});
