// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { PER_CLEAR_ON_SETID } from "../abi/personality.ts";
import { S } from "../abi/stat.ts";
import type { OpenFile } from "../fs/file.ts";
import { MS } from "../fs/mount.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { Capability, CapabilitySet } from "../security/capabilities.ts";
import { FILE_CAPABILITIES, readCapabilities } from "../security/file-capabilities.ts";
import type { FileCapabilities } from "../security/file-capabilities.ts";
import { SECBIT_KEEP_CAPS } from "../security/set-ids.ts";
import type { Credentials } from "./credentials.ts";
import type { Thread } from "./thread.ts";

/** prctl(PR_SET_SECUREBITS): uid 0 has no special meaning. */
const SECBIT_NOROOT = 1;

/** Who a program runs as, and what follows from how it came to be so. */
export interface ExecCredentials {
  readonly credentials: Credentials;
  /** AT_SECURE: the program has rights of its own, and must not trust its environment. */
  readonly isSecure: boolean;
  /** Flags of personality(2) that go. */
  readonly clearedPersonality: number;
}

/**
 * The credentials after execve(2): the set-user-ID and set-group-ID bits and the capabilities of
 * the file by capabilities(7), "Transformation of capabilities during execve()". -EPERM where
 * the file demands capabilities that the bounding set takes away, -EINVAL where its attribute has
 * no form that is known.
 */
export function credentialsForExec(thread: Thread, executable: OpenFile): ExecCredentials | Result {
  const old = thread.credentials;
  const next = old.clone();
  const obeysFile = givesRights(thread, executable);
  let clearedPersonality = 0;
  if (obeysFile && !old.noNewPrivileges) clearedPersonality = takeIds(next, executable);

  const given = obeysFile ? capabilitiesOf(executable) : undefined;
  if (typeof given === "number") return given;
  next.permitted = CapabilitySet.NONE;
  if (given !== undefined) {
    next.permitted = given.permitted
      .intersection(next.bounding)
      .union(given.inheritable.intersection(next.inheritable));
    if (given.isEffective && !given.permitted.isSubsetOf(next.permitted)) {
      return fail(Errno.EPERM, "the bounding set has less than the file demands");
    }
  }
  const takesRoot = isRootSpecial(next, given !== undefined);
  if (takesRoot) next.permitted = old.bounding.union(old.inheritable);
  const isEffective = given?.isEffective === true || (takesRoot && next.euid === 0);

  const gains = !next.permitted.isSubsetOf(old.permitted);
  if (gains) clearedPersonality |= PER_CLEAR_ON_SETID;
  const changesIds = next.euid !== old.euid || !old.inGroup(next.egid);
  if ((changesIds || gains) && (old.noNewPrivileges || sharesPlaces(thread))) {
    if (old.noNewPrivileges || !old.has(Capability.SETUID)) {
      next.euid = next.uid;
      next.egid = next.gid;
    }
    next.permitted = next.permitted.intersection(old.permitted);
  }
  next.suid = next.fsuid = next.euid;
  next.sgid = next.fsgid = next.egid;

  if (given !== undefined || changesIds) next.ambient = CapabilitySet.NONE;
  next.permitted = next.permitted.union(next.ambient);
  next.effective = isEffective ? next.permitted : next.ambient;
  next.secureBits &= ~SECBIT_KEEP_CAPS;

  const hasMore = isEffective || !next.permitted.isSubsetOf(next.ambient);
  const isSecure =
    changesIds || next.euid !== old.uid || next.egid !== old.gid || (next.uid !== 0 && hasMore);
  return { credentials: next, isSecure, clearedPersonality };
}

/** Whether the mount lets its files give rights: not those of memfd_create(2), or out of the tree. */
function givesRights(thread: Thread, { inode, location }: OpenFile): boolean {
  const mount = location?.mount;
  if (inode === undefined || mount === undefined) return false;
  const isInTree = mount !== thread.kernel.vfs.anonymous && !mount.hasLeftTree;
  return isInTree && (mount.flags & MS.NOSUID) === 0;
}

/** Set-user-ID and set-group-ID: the flags of personality(2) that go with them. */
function takeIds(next: Credentials, { inode }: OpenFile): number {
  if (inode === undefined) return 0;
  const isSetUserId = (inode.mode & S.ISUID) !== 0;
  const isSetGroupId = (inode.mode & S.ISGID) !== 0 && (inode.mode & 0o010) !== 0;
  if (isSetUserId) next.euid = inode.uid;
  if (isSetGroupId) next.egid = inode.gid;
  return isSetUserId || isSetGroupId ? PER_CLEAR_ON_SETID : 0;
}

function capabilitiesOf({ inode }: OpenFile): FileCapabilities | undefined | Result {
  if (inode?.hasXattr(FILE_CAPABILITIES) !== true) return undefined;
  const value = inode.xattrs()?.get(FILE_CAPABILITIES);
  const given = value === undefined ? undefined : readCapabilities(value);
  return given === "Invalid"
    ? fail(Errno.EINVAL, "the capabilities of the file have no form that is known")
    : given;
}

/** Root gets everything, but for a set-user-ID program of root with capabilities of its own. */
function isRootSpecial({ uid, euid, secureBits }: Credentials, hasCapabilities: boolean): boolean {
  if ((secureBits & SECBIT_NOROOT) !== 0) return false;
  if (hasCapabilities && uid !== 0 && euid === 0) return false;
  return euid === 0 || uid === 0;
}

/** Whether another process could move the root directory meanwhile (CLONE_FS). */
function sharesPlaces({ fs, process }: Thread): boolean {
  let own = 0;
  for (const thread of process.threads) own += thread.fs === fs ? 1 : 0;
  return fs.userCount > own;
}
