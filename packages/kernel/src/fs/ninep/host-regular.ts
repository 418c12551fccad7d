// SPDX-License-Identifier: MPL-2.0

import { S } from "../../abi/stat.ts";
import type { Thread } from "../../process/thread.ts";
import type { Result } from "../../result.ts";
import type { OpenFile } from "../file.ts";
import type { NewFile } from "../inode.ts";
import type { Path } from "../path.ts";
import { RamRegular } from "../ramfs/regular.ts";
import type { Timestamp } from "../timestamp.ts";
import { SETATTR } from "./client.ts";
import type { NinePClient, RemoteAttributes } from "./client.ts";
import type { HostFs } from "./host-fs.ts";
import { HostPages } from "./host-pages.ts";

/** A regular file of a folder of the host. */
export class HostRegular extends RamRegular {
  override readonly pages: HostPages;
  private readonly host: HostFs;
  /** As the host told them last; undefined where the file was made or changed here. */
  private known: RemoteAttributes | undefined = undefined;

  constructor(fs: HostFs, file: NewFile) {
    const pages = new HostPages(fs);
    super(fs, file, pages);
    this.pages = pages;
    this.host = fs;
  }

  /** The file is the one behind `fid`. */
  adopt(fid: number, attributes: RemoteAttributes): void {
    this.pages.adopt(fid, attributes.size, false);
    this.known = attributes;
  }

  /** A new file, which Tlcreate has opened as `fid`. */
  adoptNew(fid: number): void {
    this.pages.adopt(fid, 0, true);
    this.pages.changedHere = true;
  }

  override open(thread: Thread, path: Path, flags: number): OpenFile {
    this.refresh();
    return super.open(thread, path, flags);
  }

  /** Looks again at a file that nobody uses: the host may have changed it. */
  private refresh(): void {
    const { host, pages } = this;
    const isUsed = this.openCount > 0 || pages.isMapped;
    if (host.mode === "cow" || isUsed || pages.fileId < 0) return;
    const now = host.client.getattr(pages.fileId);
    if (typeof now === "number" || (now.mode & S.IFMT) !== S.IFREG) return;
    const { known } = this;
    this.known = now;
    if (pages.changedHere && now.size === pages.size) {
      // The host's times are those of our own changes, which the inode tells of already.
      pages.changedHere = false;
      return;
    }
    const isSame =
      known !== undefined &&
      known.size === now.size &&
      known.mtime.seconds === now.mtime.seconds &&
      known.mtime.nanoseconds === now.mtime.nanoseconds;
    if (isSame) return;
    pages.reset(now.size);
    pages.changedHere = false;
    this.mode = now.mode;
    this.mtime = now.mtime;
    this.ctime = now.ctime;
  }

  override storeAttributes(
    mode: number | undefined,
    atime: Timestamp | undefined,
    mtime: Timestamp | undefined,
  ): Result {
    const { host, pages } = this;
    if (!host.writesThrough || pages.fileId < 0) return 0;
    return storeRemotely(host.client, pages.fileId, mode, atime, mtime);
  }

  protected override evict(): void {
    // Its bytes go with its last name, on the host too: nothing is to be cut there.
    this.pages.forgetHost();
    super.evict();
  }
}

/** Sets mode and times of the file behind `fid` on the host. */
export function storeRemotely(
  client: NinePClient,
  fid: number,
  mode: number | undefined,
  atime: Timestamp | undefined,
  mtime: Timestamp | undefined,
): Result {
  const valid =
    (mode === undefined ? 0 : SETATTR.MODE) |
    (atime === undefined ? 0 : SETATTR.ATIME | SETATTR.ATIME_SET) |
    (mtime === undefined ? 0 : SETATTR.MTIME | SETATTR.MTIME_SET);
  return client.setattr(fid, valid, mode ?? 0, 0, atime, mtime);
}
