// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import type { Thread } from "../../process/thread.ts";
import type { Result } from "../../result.ts";
import type { Inode } from "../inode.ts";
import { ProcDirectory } from "./directory.ts";
import type { ProcFs } from "./procfs.ts";
import { ProcFixedLink } from "./symlink.ts";
import { ProcTextInode } from "./text.ts";
import type { ProcEntry } from "./text.ts";

/** A directory whose names are known when the kernel is written. */
export interface ProcTree {
  readonly files: readonly ProcEntry[];
  readonly directories: Readonly<Record<string, ProcTree>>;
  /** Symbolic links: what each holds, by its name. */
  readonly links?: Readonly<Record<string, string>>;
}

export class ProcStaticDirectory extends ProcDirectory {
  private readonly inodes: Map<string, Inode> = new Map();

  /**
   * `path`: of the directory as in entries.ts, with a slash at its end. `made` are directories of
   * the same level that are no constants.
   */
  constructor(fs: ProcFs, tree: ProcTree, path: string, made?: ReadonlyMap<string, Inode>) {
    super(fs, fs.takeInodeNumber(), 0o555, 0, 0);
    for (const [name, below] of Object.entries(tree.directories)) {
      this.inodes.set(name, new ProcStaticDirectory(fs, below, `${path}${name}/`));
      this.nlink++;
    }
    for (const [name, inode] of made ?? []) {
      this.inodes.set(name, inode);
      this.nlink++;
    }
    for (const [name, target] of Object.entries(tree.links ?? {})) {
      this.inodes.set(name, new ProcFixedLink(fs, fs.takeInodeNumber(), target));
    }
    for (const { name } of tree.files) {
      const ino = fs.takeInodeNumber();
      this.inodes.set(name, new ProcTextInode(fs, ino, path + name, name, 0, 0, 0, 0));
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
