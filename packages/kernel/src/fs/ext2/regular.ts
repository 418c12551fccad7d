// SPDX-License-Identifier: MPL-2.0

import type { Thread } from "../../process/thread.ts";
import type { Result } from "../../result.ts";
import type { OpenFile } from "../file.ts";
import type { PagedInode } from "../paged-inode.ts";
import type { Path } from "../path.ts";
import { RegularFile } from "../regular-file.ts";
import type { Ext2 } from "./ext2.ts";
import { Ext2Inode } from "./inode.ts";
import { Ext2Pages } from "./pages.ts";

export class Ext2Regular extends Ext2Inode implements PagedInode {
  readonly pages: Ext2Pages;
  readonly seals = 0;

  constructor(fs: Ext2, ino: number, mode: number) {
    super(fs, ino, mode);
    this.pages = new Ext2Pages(this);
  }

  override get size(): number {
    return this.pages.size;
  }
  override setSize(bytes: number): void {
    this.pages.size = bytes;
  }

  override open(_thread: Thread, path: Path, flags: number): OpenFile {
    return new RegularFile(path, flags, this);
  }

  override truncate(size: number): Result {
    return this.pages.truncate(size);
  }

  override forget(): void {
    super.forget();
    this.pages.forgetAll();
  }

  protected override dropData(): void {
    this.pages.truncate(0);
    super.dropData();
  }
}
