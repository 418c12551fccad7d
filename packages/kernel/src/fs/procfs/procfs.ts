// SPDX-License-Identifier: MPL-2.0

import type { Result } from "../../result.ts";
import { Dentry } from "../dentry.ts";
import { FileSystem } from "../file-system.ts";
import type { FileSystemType } from "../file-system.ts";
import type { StatFs } from "../stat.ts";
import type { Vfs } from "../vfs.ts";
import { ProcRoot } from "./root.ts";

const PROC_SUPER_MAGIC = 0x9fa0;

/** The file system at /proc (proc(5)). */
export class ProcFs extends FileSystem {
  readonly root: Dentry;
  private nextInode = 1;

  constructor(vfs: Vfs, device: number) {
    super(vfs, "proc", device);
    this.root = new Dentry("", undefined, new ProcRoot(this));
  }

  takeInodeNumber(): number {
    return this.nextInode++;
  }

  statfs(out: StatFs): Result {
    out.type = PROC_SUPER_MAGIC;
    return 0;
  }
}

export const PROC_TYPE: FileSystemType = {
  name: "proc",
  nodev: true,
  create(vfs, device): FileSystem {
    return new ProcFs(vfs, device);
  },
};
