// SPDX-License-Identifier: MPL-2.0

import type { Kernel } from "../kernel.ts";
import type { Result } from "../result.ts";
import { OpenFile } from "./file.ts";
import type { Path } from "./path.ts";
import type { Stat } from "./stat.ts";

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

  override get attributePlace(): Path {
    return this.location ?? this.kernel.vfs.anonymousInode;
  }

  override stat(out: Stat): Result {
    if (this.location !== undefined) return super.stat(out);
    const now = this.kernel.vfs.now();
    this.attributePlace.inode.stat(out);
    out.atime = now;
    out.mtime = now;
    out.ctime = now;
    out.btime = now;
    return 0;
  }
}
