// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import type { Thread } from "../../process/thread.ts";
import type { Result } from "../../result.ts";
import type { Inode } from "../inode.ts";
import { ProcDirectory } from "./directory.ts";
import type { ProcFs } from "./procfs.ts";
import { ProcTextInode } from "./text.ts";
import type { ProcEntry } from "./text.ts";

/** A directory whose names are known when the kernel is written. */
export interface ProcTree {
  readonly files: readonly ProcEntry[];
  readonly directories: Readonly<Record<string, ProcTree>>;
}

export class ProcStaticDirectory extends ProcDirectory {
  private readonly inodes: Map<string, Inode> = new Map();

  constructor(fs: ProcFs, tree: ProcTree) {
    super(fs, fs.takeInodeNumber(), 0o555, 0, 0);
    for (const [name, below] of Object.entries(tree.directories)) {
      this.inodes.set(name, new ProcStaticDirectory(fs, below));
      this.nlink++;
    }
    for (const entry of tree.files) {
      this.inodes.set(entry.name, new ProcTextInode(fs, fs.takeInodeNumber(), entry, 0, 0, 0, 0));
    }
  }

  override get cachesNames(): boolean {
    return true;
  }

  override lookup(_thread: Thread, name: string): Inode | Result {
    return this.inodes.get(name) ?? -Errno.ENOENT;
  }

  protected override names(): readonly string[] {
    return [...this.inodes.keys()];
  }
}
