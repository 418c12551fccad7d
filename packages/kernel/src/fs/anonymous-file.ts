// SPDX-License-Identifier: MPL-2.0

import type { Kernel } from "../kernel.ts";
import type { Result } from "../result.ts";
import { OpenFile } from "./file.ts";
import type { Stat } from "./stat.ts";

/** st_ino of all anonymous files: Linux shares one inode among them too. */
const ANONYMOUS_INO = 1;

/** A file without a name in the tree: what eventfd(2), epoll_create(2) and their kin open. */
export abstract class AnonymousFile extends OpenFile {
  protected readonly kernel: Kernel;
  private readonly label: string;

  /** `label` is what /proc/PID/fd shows in brackets. */
  constructor(kernel: Kernel, statusFlags: number, label: string) {
    super(statusFlags, undefined);
    kernel.memory.chargeOpenFile();
    this.kernel = kernel;
    this.label = label;
  }

  protected override onLastClose(): void {
    this.kernel.memory.releaseOpenFile();
  }

  override path(): string {
    return `anon_inode:${this.label}`;
  }

  /** Positions mean nothing, and Linux says so by not minding. */
  override seek(_offset: number, _whence: number): Result {
    return 0;
  }

  override stat(out: Stat): Result {
    const now = this.kernel.vfs.now();
    out.dev = this.kernel.vfs.anonymous.fs.device;
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
    return 0;
  }
}
