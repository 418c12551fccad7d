// SPDX-License-Identifier: MPL-2.0

import { IN, notifyInode, notifyName } from "./notify.ts";
import { Errno } from "../abi/errno.ts";
import type { Credentials } from "../process/credentials.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { mayChangeDirectory, mayWriteMount } from "./create.ts";
import type { Dentry } from "./dentry.ts";
import { isAppendOnly, mayAlter } from "./inode-flags.ts";
import type { Inode } from "./inode.ts";
import { isStickyProtected } from "./permission.ts";
import type { Path } from "./path.ts";
import type { Vfs } from "./vfs.ts";

/** unlink(2). */
export function removeFile(vfs: Vfs, thread: Thread, dirfd: number, pathname: string): Result {
  const walked = vfs.resolveParent(thread, dirfd, pathname);
  if (walked < 0) {
    return walked;
  }
  const { walker } = vfs;
  const { last, trailingSlash } = walker;
  if (last === "" || last === "." || last === "..") {
    return fail(Errno.EISDIR);
  }
  const directory = walker.here();
  const writable = mayWriteMount(directory);
  if (writable < 0) {
    return writable;
  }
  const dentry = walker.lookup(last);
  if (typeof dentry === "number") {
    return dentry;
  }
  if (trailingSlash) {
    return fail(dentry.inode.isDirectory ? Errno.EISDIR : Errno.ENOTDIR);
  }
  const allowed = mayRemove(thread.credentials, directory, dentry.inode);
  if (allowed < 0) {
    return allowed;
  }
  if (dentry.inode.isDirectory) {
    return fail(Errno.EISDIR);
  }
  if (dentry.mounts !== undefined) {
    return fail(Errno.EBUSY, "something is mounted on the file");
  }
  // Held, so that its watchers hear of its end after its directory's do.
  dentry.inode.openCount++;
  const removed = directory.inode.unlink(last, dentry.inode);
  if (removed >= 0) {
    forget(directory.dentry, dentry);
    notifyInode(dentry.inode, IN.ATTRIB);
    notifyName(directory.dentry, last, dentry.inode, IN.DELETE);
  }
  dentry.inode.openCount--;
  dentry.inode.dropIfUnused();
  return removed;
}

/** rmdir(2). */
export function removeDirectory(vfs: Vfs, thread: Thread, dirfd: number, pathname: string): Result {
  const walked = vfs.resolveParent(thread, dirfd, pathname);
  if (walked < 0) {
    return walked;
  }
  const { walker } = vfs;
  const { last } = walker;
  switch (last) {
    case "":
      return fail(Errno.EBUSY, "the root directory is in use");
    case ".":
      return fail(Errno.EINVAL, "the last component is .");
    case "..":
      return fail(Errno.ENOTEMPTY);
  }
  const directory = walker.here();
  const writable = mayWriteMount(directory);
  if (writable < 0) {
    return writable;
  }
  const dentry = walker.lookup(last);
  if (typeof dentry === "number") {
    return dentry;
  }
  const allowed = mayRemove(thread.credentials, directory, dentry.inode);
  if (allowed < 0) {
    return allowed;
  }
  if (!dentry.inode.isDirectory) {
    return fail(Errno.ENOTDIR);
  }
  if (dentry.mounts !== undefined) {
    return fail(Errno.EBUSY, "something is mounted on the directory");
  }
  dentry.inode.openCount++;
  const removed = directory.inode.rmdir(last, dentry.inode);
  if (removed >= 0) {
    forget(directory.dentry, dentry);
    notifyName(directory.dentry, last, dentry.inode, IN.DELETE);
  }
  dentry.inode.openCount--;
  dentry.inode.dropIfUnused();
  return removed;
}

/** Whether the caller may take the name of `inode` out of `directory`. */
export function mayRemove(credentials: Credentials, directory: Path, inode: Inode): Result {
  const allowed = mayChangeDirectory(credentials, directory);
  if (allowed < 0) {
    return allowed;
  }
  if (isAppendOnly(directory.inode)) {
    return fail(Errno.EPERM, "names may only be added to the directory");
  }
  const alterable = mayAlter(inode);
  if (alterable < 0) {
    return alterable;
  }
  return isStickyProtected(credentials, directory.inode, inode)
    ? fail(Errno.EPERM, "the sticky bit of the directory protects the file")
    : 0;
}

/** The name of `dentry` was removed from its directory. */
export function forget(directory: Dentry, dentry: Dentry): void {
  directory.children?.delete(dentry.name);
  dentry.unlinked = true;
}
