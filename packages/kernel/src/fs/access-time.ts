// SPDX-License-Identifier: MPL-2.0

import { IN, notifyFile } from "./notify.ts";
import { O } from "../abi/fcntl.ts";
import { FS_NOATIME_FL } from "./inode-flags.ts";
import type { Inode } from "./inode.ts";
import { MS } from "./mount.ts";
import type { Mount } from "./mount.ts";
import type { Path } from "./path.ts";

const DAY_SECONDS = 86_400;

/**
 * A read through `path` happened: sets the access time as the mount asks. The default is relatime
 * (mount(8)): only when the time is not after the last change, or is a day old.
 */
export function touchAccessTime(path: Path, openFlags: number): void {
  notifyFile(path, IN.ACCESS);
  updateAccessTime(path.mount, path.dentry.inode, openFlags);
}

/** The same without a word to watchers: a symbolic link was followed. */
export function updateAccessTime(mount: Mount, inode: Inode, openFlags: number): void {
  if ((openFlags & O.NOATIME) !== 0 || (mount.flags & (MS.NOATIME | MS.RDONLY)) !== 0) {
    return;
  }
  if ((inode.fileFlags & FS_NOATIME_FL) !== 0) {
    return;
  }
  if (inode.isDirectory && (mount.flags & MS.NODIRATIME) !== 0) {
    return;
  }
  if (
    (mount.flags & MS.RELATIME) !== 0 &&
    inode.mtime.isBefore(inode.atime) &&
    inode.ctime.isBefore(inode.atime) &&
    inode.fs.vfs.recentTime.seconds - inode.atime.seconds < DAY_SECONDS
  ) {
    return;
  }
  inode.atime = inode.fs.now();
}
