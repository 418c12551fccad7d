// SPDX-License-Identifier: MPL-2.0

import { SEAL } from "../../abi/fcntl.ts";
import type { Thread } from "../../process/thread.ts";
import type { Result } from "../../result.ts";
import type { OpenFile } from "../file.ts";
import { FramePages } from "../frame-pages.ts";
import type { NewFile } from "../inode.ts";
import type { Path } from "../path.ts";
import { RegularFile } from "../regular-file.ts";
import { RamInode } from "./inode.ts";
import type { RamFs } from "./ramfs.ts";

export class RamRegular extends RamInode {
  readonly pages: FramePages;
  /** Seals of memfd_create(2). */
  seals = 0;
  /** Files of tmpfs have seals; only those of memfd_create(2) may get more of them. */
  isSealable = false;

  constructor(fs: RamFs, file: NewFile, pages: FramePages = new FramePages(fs.pageBudget)) {
    super(fs, file);
    this.pages = pages;
    if (fs.hasSeals) {
      this.isSealable = true;
      this.seals = SEAL.SEAL;
    }
  }

  override get size(): number {
    return this.pages.size;
  }

  override get blocks(): number {
    return this.pages.storedPages * 8;
  }

  override open(_thread: Thread, path: Path, flags: number): OpenFile {
    return new RegularFile(path, flags, this);
  }

  /** Shared mappings that may be written through. */
  get writableMappings(): number {
    return this.pages.writableMappings;
  }

  override truncate(size: number): Result {
    return this.pages.truncate(size);
  }

  protected override evict(): void {
    this.pages.truncate(0);
    super.evict();
  }
}
