// SPDX-License-Identifier: MPL-2.0

import type { Kernel } from "../../kernel.ts";
import { Ext2 } from "../ext2/ext2.ts";
import type { FileSystem } from "../file-system.ts";
import { HostFs } from "../ninep/host-fs.ts";
import { RamFs } from "../ramfs/ramfs.ts";

/** Pages of memory that hold bytes of files. */
export interface CachedPages {
  /** All of them: free(1) shows them as cache. */
  readonly cached: number;
  /** Of these, what has no other place (Shmem): files that live in memory. */
  readonly shared: number;
  /** What could be dropped at once, because a disk or the host has it. */
  readonly reclaimable: number;
  /** What a disk does not have yet. */
  readonly dirty: number;
}

/** Counts the pages that the file systems of the tree hold. */
export function cachedPages(kernel: Kernel): CachedPages {
  const seen = new Set<FileSystem>();
  for (const { fs } of [...kernel.vfs.mounts.list(), kernel.vfs.anonymous]) seen.add(fs);
  let [cached, shared, reclaimable, dirty] = [0, 0, 0, 0];
  for (const fs of seen) {
    if (fs instanceof Ext2) {
      cached += fs.pages.count;
      dirty += fs.pages.dirtyCount;
      reclaimable += fs.pages.count - fs.pages.dirtyCount;
    } else if (fs instanceof HostFs) {
      cached += fs.pageBudget.used;
      // What was changed in a copy-on-write folder is nowhere else.
      reclaimable += fs.mode === "cow" ? 0 : fs.pageBudget.used;
    } else if (fs instanceof RamFs) {
      cached += fs.pageBudget.used;
      shared += fs.pageBudget.used;
    }
  }
  return { cached, shared, reclaimable, dirty };
}
