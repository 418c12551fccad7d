// SPDX-License-Identifier: MPL-2.0

import { IN, notifyFile } from "./notify.ts";
import { Errno } from "../abi/errno.ts";
import { S } from "../abi/stat.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { Capability } from "../security/capabilities.ts";
import { mayWriteMount } from "./create.ts";
import { isImmutable, mayAlter } from "./inode-flags.ts";
import type { Path } from "./path.ts";
import { checkPermission, isOwnerOrCapable, MAY, withoutPrivilegeBits } from "./permission.ts";
import type { Timestamp } from "./timestamp.ts";
import { dropFileCapabilities } from "./xattr.ts";

/** `alters`: whether flags such as FS_IMMUTABLE_FL forbid the change. */
function mayChange(path: Path, alters: boolean): Result {
  const writable = mayWriteMount(path);
  if (writable < 0) return writable;
  const alterable = alters ? mayAlter(path.inode) : 0;
  return alterable < 0 ? alterable : path.inode.mayChangeAttributes();
}

/** chmod(2). */
export function changeMode(thread: Thread, path: Path, mode: number): Result {
  const { inode } = path;
  const { credentials } = thread;
  if (inode.isSymlink) {
    return fail(Errno.EOPNOTSUPP, "symbolic links have no permissions of their own");
  }
  const writable = mayChange(path, true);
  if (writable < 0) {
    return writable;
  }
  if (!isOwnerOrCapable(credentials, inode)) {
    return fail(Errno.EPERM, "only the owner may change the mode");
  }
  let permissions = mode & S.PERMISSIONS;
  if (!credentials.inGroup(inode.gid) && !credentials.has(Capability.FSETID)) {
    permissions &= ~S.ISGID;
  }
  const stored = inode.storeAttributes(permissions, undefined, undefined);
  if (stored < 0) return stored;
  inode.mode = inode.type | permissions;
  inode.ctime = inode.fs.now();
  notifyFile(path, IN.ATTRIB);
  return 0;
}

/** The id that leaves the owner or group as it is: (uid_t) -1. */
export const KEEP_ID = 0xffff_ffff;

/** chown(2). */
export function changeOwner(thread: Thread, path: Path, uid: number, gid: number): Result {
  const { inode } = path;
  const { credentials } = thread;
  const writable = mayChange(path, uid !== KEEP_ID || gid !== KEEP_ID);
  if (writable < 0) {
    return writable;
  }
  const isOwner = credentials.fsuid === inode.uid;
  const isPrivileged = credentials.has(Capability.CHOWN);
  if (uid !== KEEP_ID && !isPrivileged && !(isOwner && uid === inode.uid)) {
    return fail(Errno.EPERM, "only a privileged process gives files away");
  }
  const mayHaveGroup = gid === inode.gid || credentials.inGroup(gid);
  if (gid !== KEEP_ID && !isPrivileged && !(isOwner && mayHaveGroup)) {
    return fail(Errno.EPERM, "the group is none of the caller's");
  }
  const newMode = withoutPrivilegeBits(inode.mode);
  if (newMode !== inode.mode && !isOwnerOrCapable(credentials, inode)) {
    return fail(Errno.EPERM, "only the owner may change the mode, as this would");
  }
  if (uid !== KEEP_ID) {
    inode.uid = uid;
  }
  if (gid !== KEEP_ID) {
    inode.gid = gid;
  }
  inode.mode = newMode;
  dropFileCapabilities(thread, inode);
  inode.ctime = inode.fs.now();
  notifyFile(path, IN.ATTRIB);
  return 0;
}

/** What utimensat(2) does to one of the two times: set it, set it to now, or leave it. */
export type TimeChange = Timestamp | "now" | "omit";

/** utimensat(2). */
export function changeTimes(
  thread: Thread,
  path: Path,
  atime: TimeChange,
  mtime: TimeChange,
): Result {
  if (atime === "omit" && mtime === "omit") {
    return 0;
  }
  const { inode } = path;
  // Setting both to now is more than a change of data for what is immutable alone.
  const isTouch = atime === "now" && mtime === "now";
  const writable = mayChange(path, !isTouch || isImmutable(inode));
  if (writable < 0) {
    return writable;
  }
  if (!isOwnerOrCapable(thread.credentials, inode)) {
    if (atime !== "now" || mtime !== "now") {
      return fail(Errno.EPERM, "only the owner may set the times to other than now");
    }
    const permitted = checkPermission(thread.credentials, inode, MAY.WRITE);
    if (permitted < 0) {
      return permitted;
    }
  }
  const now = inode.fs.now();
  const newAtime = atime === "now" ? now : atime === "omit" ? undefined : atime;
  const newMtime = mtime === "now" ? now : mtime === "omit" ? undefined : mtime;
  const stored = inode.storeAttributes(undefined, newAtime, newMtime);
  if (stored < 0) return stored;
  inode.atime = newAtime ?? inode.atime;
  inode.mtime = newMtime ?? inode.mtime;
  inode.ctime = now;
  notifyFile(path, atime === "omit" ? IN.MODIFY : mtime === "omit" ? IN.ACCESS : IN.ATTRIB);
  return 0;
}
