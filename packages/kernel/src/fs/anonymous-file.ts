// SPDX-License-Identifier: MPL-2.0

import type { Kernel } from "../kernel.ts";
import type { Result } from "../result.ts";
import { OpenFile } from "./file.ts";
import type { Path } from "./path.ts";
import type { Stat } from "./stat.ts";

/** st_ino of what has no inode of its own: Linux shares one among them too. */
const ANONYMOUS_INO = 1;

/** A file without a name in the tree: sockets, and what eventfd(2), epoll_create(2) and their kin open. */
export abstract class AnonymousFile extends OpenFile {
  protected readonly kernel: Kernel;
  private readonly label: string;

  /** `label` is what /proc/PID/fd shows in brackets. A file with an inode of its own has a `location`. */
  constructor(kernel: Kernel, statusFlags: number, label: string, location?: Path) {
    super(statusFlags, location);
    // What has an inode is charged by it.
    if (location === undefined) kernel.memory.chargeOpenFile();
    this.kernel = kernel;
    this.label = label;
  }

  protected override onLastClose(): void {
    if (this.location === undefined) this.kernel.memory.releaseOpenFile();
  }

  override path(): string {
    return `anon_inode:${this.label}`;
  }

  /** Positions mean nothing, and Linux says so by not minding. */
  override seek(_offset: number, _whence: number): Result {
    return 0;
  }

  override stat(out: Stat): Result {
    if (this.location !== undefined) return super.stat(out);
    const now = this.kernel.vfs.now();
    out.dev = this.kernel.vfs.anonymousInodes.device;
    out.ino = ANONYMOUS_INO;
    out.mode = 0o600;
    out.nlink = 1;
    out.uid = 0;
    out.gid = 0;
    out.rdev = 0;
    out.size = 0;
    out.blockSize = 4096;
    out.blocks = 0;
    out.atime = now;
    out.mtime = now;
    out.ctime = now;
    out.btime = now;
    out.tellsBirth = false;
    return 0;
  }
}
