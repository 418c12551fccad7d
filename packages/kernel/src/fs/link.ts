// SPDX-License-Identifier: MPL-2.0

import { IN, notifyInode, notifyName } from "./notify.ts";
import { Errno } from "../abi/errno.ts";
import { AT } from "../abi/fcntl.ts";
import { S } from "../abi/stat.ts";
import type { Credentials } from "../process/credentials.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { Capability } from "../security/capabilities.ts";
import { mayChangeDirectory, resolveNewName } from "./create.ts";
import { mayAlter } from "./inode-flags.ts";
import type { Inode } from "./inode.ts";
import { checkPermission, isOwnerOrCapable, MAY } from "./permission.ts";
import type { Vfs } from "./vfs.ts";
import { addDentry } from "./walker.ts";

/** Whether the caller may give the file another name where hard links are protected. */
function isLinkSource(credentials: Credentials, inode: Inode): boolean {
  if (isOwnerOrCapable(credentials, inode)) return true;
  const runsAsGroup = S.ISGID | 0o010;
  const isPrivileged = (inode.mode & S.ISUID) !== 0 || (inode.mode & runsAsGroup) === runsAsGroup;
  const isReachable = checkPermission(credentials, inode, MAY.READ | MAY.WRITE) === 0;
  return inode.isRegular && !isPrivileged && isReachable;
}

/**
 * linkat(2); link(2) is the same without flags, which are checked. A new path name that could not be
 * read is told of when the old one is known to be right.
 */
export function makeLink(
  vfs: Vfs,
  thread: Thread,
  oldDirfd: number,
  oldPathname: string,
  newDirfd: number,
  newPathname: string | Result,
  flags: number,
): Result {
  if ((flags & AT.EMPTY_PATH) !== 0 && !oldPathname.startsWith("/")) {
    const file = thread.files.get(oldDirfd);
    const { credentials } = thread;
    const isOwn = file === undefined || file.openedBy === credentials;
    if (!isOwn && !credentials.has(Capability.DAC_READ_SEARCH)) {
      return fail(Errno.ENOENT, "the descriptor was opened with other credentials");
    }
  }
  const follow = (flags & AT.SYMLINK_FOLLOW) !== 0 ? 0 : AT.SYMLINK_NOFOLLOW;
  const old = vfs.resolve(thread, oldDirfd, oldPathname, follow | (flags & AT.EMPTY_PATH));
  if (typeof old === "number") {
    return old;
  }
  if (typeof newPathname === "number") {
    return newPathname;
  }
  const directory = resolveNewName(vfs, thread, newDirfd, newPathname, false);
  if (typeof directory === "number") {
    return directory;
  }
  const name = vfs.walker.last;
  if (old.mount !== directory.mount) {
    return fail(Errno.EXDEV, "the names lie on different mounts");
  }
  if (vfs.protectsHardLinks && !isLinkSource(thread.credentials, old.inode)) {
    return fail(Errno.EPERM, "the file is another user's (proc_sys_fs(5), protected_hardlinks)");
  }
  const allowed = mayChangeDirectory(thread.credentials, directory);
  if (allowed < 0) {
    return allowed;
  }
  const { inode } = old;
  const alterable = mayAlter(inode);
  if (alterable < 0) {
    return alterable;
  }
  if (inode.isDirectory) {
    return fail(Errno.EPERM, "directories have one name");
  }
  if (inode.nlink === 0 && !inode.isLinkable) {
    return fail(Errno.ENOENT, "the file has no name any more");
  }
  const linked = directory.inode.link(name, inode);
  if (linked >= 0) {
    // Only its first name comes from nothing.
    inode.isLinkable = false;
    addDentry(directory.dentry, name, inode);
    notifyInode(inode, IN.ATTRIB);
    notifyName(directory.dentry, name, inode, IN.CREATE);
  }
  return linked;
}
