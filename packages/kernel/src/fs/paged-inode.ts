// SPDX-License-Identifier: MPL-2.0

import type { FilePages } from "./file-pages.ts";
import type { Inode } from "./inode.ts";

/** A regular file whose bytes are pages. */
export interface PagedInode extends Inode {
  readonly pages: FilePages;
  /** Seals of memfd_create(2); files of other file systems have none. */
  readonly seals: number;
}
