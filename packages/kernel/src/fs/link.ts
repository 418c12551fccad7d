// SPDX-License-Identifier: MPL-2.0

import { IN, notifyInode, notifyName } from "./notify.ts";
import { Errno } from "../abi/errno.ts";
import { AT } from "../abi/fcntl.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { mayChangeDirectory, resolveNewName } from "./create.ts";
import type { Vfs } from "./vfs.ts";
import { addDentry } from "./walker.ts";

/** linkat(2); link(2) is the same without flags. */
export function makeLink(
  vfs: Vfs,
  thread: Thread,
  oldDirfd: number,
  oldPathname: string,
  newDirfd: number,
  newPathname: string,
  flags: number,
): Result {
  if ((flags & ~(AT.SYMLINK_FOLLOW | AT.EMPTY_PATH)) !== 0) {
    return fail(Errno.EINVAL, "the flags are unknown");
  }
  const follow = (flags & AT.SYMLINK_FOLLOW) !== 0 ? 0 : AT.SYMLINK_NOFOLLOW;
  const old = vfs.resolve(thread, oldDirfd, oldPathname, follow | (flags & AT.EMPTY_PATH));
  if (typeof old === "number") {
    return old;
  }
  const directory = resolveNewName(vfs, thread, newDirfd, newPathname, false);
  if (typeof directory === "number") {
    return directory;
  }
  const name = vfs.walker.last;
  if (old.mount !== directory.mount) {
    return fail(Errno.EXDEV, "the names lie on different mounts");
  }
  const allowed = mayChangeDirectory(thread.credentials, directory);
  if (allowed < 0) {
    return allowed;
  }
  const { inode } = old;
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
