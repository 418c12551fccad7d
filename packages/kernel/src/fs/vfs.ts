// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import type { Kernel } from "../kernel.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import type { OpenFile } from "./file.ts";
import type { Mount } from "./mount.ts";
import type { Path } from "./path.ts";
import { EPOCH } from "./timestamp.ts";
import type { Timestamp } from "./timestamp.ts";

/** The tree of files: mounts, path names, and opening. One per kernel. */
export class Vfs {
  readonly kernel: Kernel;
  /** The mount at the top of the tree (rootfs, the initramfs). */
  readonly rootMount: Mount | undefined = undefined;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  /** The time for inode timestamps; the same object until the clock moves on. */
  now(): Timestamp {
    return EPOCH;
  }

  /** The path of the root directory, where init starts. */
  get root(): Path | undefined {
    return undefined;
  }

  /**
   * Resolves `pathname` from `dirfd` (or AT_FDCWD) as the thread's process sees it. `flags`: AT_*
   * (SYMLINK_NOFOLLOW, EMPTY_PATH).
   */
  resolve(_thread: Thread, _dirfd: number, _pathname: string, _flags: number): Path | Result {
    return fail(Errno.ENOSYS);
  }

  /** open(2). `mode` is for files that are made, before the umask. */
  open(
    _thread: Thread,
    _dirfd: number,
    _pathname: string,
    _flags: number,
    _mode: number,
  ): OpenFile | Result {
    return fail(Errno.ENOSYS);
  }

  /**
   * Opens a program for execve(2) or execveat(2): checks the type and the execute permission, and
   * keeps others from writing to it until the file is released (ETXTBSY). `flags`: AT_*.
   */
  openExecutable(
    _thread: Thread,
    _dirfd: number,
    _pathname: string,
    _flags: number,
  ): OpenFile | Result {
    return fail(Errno.ENOSYS);
  }

  /** The path name of `path` as seen from `root` (the system's root where absent). */
  pathName(_path: Path, _root?: Path): string {
    return "";
  }
}
