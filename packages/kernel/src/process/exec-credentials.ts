// SPDX-License-Identifier: MPL-2.0

import { S } from "../abi/stat.ts";
import type { OpenFile } from "../fs/file.ts";
import { MS } from "../fs/mount.ts";
import { CapabilitySet } from "../security/capabilities.ts";
import type { Credentials } from "./credentials.ts";
import type { Thread } from "./thread.ts";

/** prctl(PR_SET_SECUREBITS): uid 0 has no special meaning. */
const SECBIT_NOROOT = 1;

/**
 * The credentials after execve(2): set-user-ID and set-group-ID bits of the file, and the
 * capabilities by capabilities(7), "Transformation of capabilities during execve()". Files have
 * no capabilities of their own here.
 */
export function credentialsForExec(thread: Thread, executable: OpenFile): Credentials {
  const credentials = thread.credentials.clone();
  const { inode, location } = executable;
  const mountFlags = location?.mount.flags ?? 0;
  const obeysBits = (mountFlags & MS.NOSUID) === 0 && !credentials.noNewPrivileges;
  if (inode !== undefined && obeysBits) {
    if ((inode.mode & S.ISUID) !== 0) credentials.euid = inode.uid;
    const isSetGroupId = (inode.mode & S.ISGID) !== 0 && (inode.mode & 0o010) !== 0;
    if (isSetGroupId) credentials.egid = inode.gid;
  }
  credentials.suid = credentials.fsuid = credentials.euid;
  credentials.sgid = credentials.fsgid = credentials.egid;

  const isRootSpecial = (credentials.secureBits & SECBIT_NOROOT) === 0;
  const isRootFile = isRootSpecial && (credentials.euid === 0 || credentials.uid === 0);
  if (isPrivilegeGaining(thread, credentials) || isRootFile) {
    credentials.ambient = CapabilitySet.NONE;
  }
  credentials.permitted = isRootFile
    ? credentials.inheritable.union(credentials.bounding)
    : credentials.ambient;
  const isEffective = isRootFile && credentials.euid === 0;
  credentials.effective = isEffective ? credentials.permitted : credentials.ambient;
  return credentials;
}

/** Whether the program runs with ids that its caller did not have (AT_SECURE). */
export function isPrivilegeGaining(thread: Thread, credentials: Credentials): boolean {
  return credentials.euid !== thread.credentials.uid || credentials.egid !== thread.credentials.gid;
}
