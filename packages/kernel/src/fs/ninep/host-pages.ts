// SPDX-License-Identifier: MPL-2.0

import { PAGE_SIZE, VmReader } from "@aster/ostd";
import type { UFrame, VmReader as Reader } from "@aster/ostd";
import { Errno } from "../../abi/errno.ts";
import { O } from "../../abi/fcntl.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { FramePages } from "../frame-pages.ts";
import { PageBacking } from "../page-backing.ts";
import { SETATTR } from "./client.ts";
import type { HostFs } from "./host-fs.ts";

/** No file of the host is behind it: made in a copy-on-write folder, or its name has gone. */
const NO_FID = -1;

/** The bytes of a file of the host: read from it, and with `rw` written to it at once. */
export class HostPages extends FramePages {
  private readonly host: HostFs;
  private fid: number = NO_FID;
  private isOpen = false;
  /** The host's file was changed by this kernel since `refresh` looked at it. */
  changedHere = false;
  /** Pages that shared mappings may have changed since they were last written. */
  private readonly mappedDirty: Set<number> = new Set();

  constructor(host: HostFs) {
    super(host.pageBudget);
    this.host = host;
  }

  /** The file is the one behind `fid`, of `size` bytes; `isOpen`: Tlcreate has opened it. */
  adopt(fid: number, size: number, isOpen: boolean): void {
    this.fid = fid;
    this.isOpen = isOpen;
    this.attachBacking(new HostBacking(this.host, this, size));
  }

  get fileId(): number {
    return this.fid;
  }

  /** Shows the file as it is on the host now, of `size` bytes; nobody may use its pages. */
  reset(size: number): void {
    super.truncate(0);
    this.attachBacking(new HostBacking(this.host, this, size));
  }

  /** The file's last name goes while it is in use: its bytes live on in memory alone. */
  leaveHost(): Result {
    // Reserving brings every page in, and lets go of the backing.
    const kept = this.reserve(0, this.size);
    this.forgetHost();
    return kept;
  }

  /** Nothing is behind it any more. */
  forgetHost(): void {
    const { fid } = this;
    this.fid = NO_FID;
    this.mappedDirty.clear();
    this.host.dirtyFiles.delete(this);
    this.host.writtenFiles.delete(this);
    if (fid !== NO_FID) this.host.client.clunk(fid);
  }

  /** Reads up to `count` bytes at `offset` from the host. */
  fetch(offset: number, count: number): Uint8Array | Result {
    const opened = this.open();
    return opened < 0 ? opened : this.host.client.read(this.fid, offset, count);
  }

  private open(): Result {
    if (this.fid === NO_FID) return fail(Errno.EIO, "the file of the host has gone");
    if (this.isOpen) return 0;
    const { client, writesThrough } = this.host;
    let opened = client.open(this.fid, writesThrough ? O.RDWR : O.RDONLY);
    if (opened < 0 && writesThrough) opened = client.open(this.fid, O.RDONLY);
    this.isOpen = opened === 0;
    return opened;
  }

  // --- Changes

  private get goesToHost(): boolean {
    return this.host.writesThrough && this.fid !== NO_FID;
  }

  override write(reader: Reader, offset: number): Result {
    this.host.makeRoom();
    const moved = super.write(reader, offset);
    if (moved <= 0 || !this.goesToHost) return moved;
    const pushed = this.push(offset, offset + moved);
    return pushed < 0 ? pushed : moved;
  }

  override truncate(size: number): Result {
    if (this.goesToHost) {
      const cut = this.host.client.setattr(this.fid, SETATTR.SIZE, 0, size);
      if (cut < 0) return cut;
      this.changedHere = true;
    }
    const isBacked = this.goesToHost;
    const result = super.truncate(size);
    // What was cut to nothing has let go of its backing.
    if (isBacked && size === 0) this.attachBacking(new HostBacking(this.host, this, 0));
    return result;
  }

  override punchHole(start: number, end: number): Result {
    const punched = super.punchHole(start, end);
    const stop = Math.min(end, this.size);
    return punched < 0 || !this.goesToHost || stop <= start ? punched : this.push(start, stop);
  }

  override markDirty(index: number): boolean {
    if (this.goesToHost) {
      this.mappedDirty.add(index);
      this.host.dirtyFiles.add(this);
    }
    return super.markDirty(index);
  }

  protected override onUnmapped(): void {
    this.flush();
  }

  /** Writes what mappings have changed: 0 or an error. */
  flush(): Result {
    let result: Result = 0;
    for (const index of this.mappedDirty) {
      // The next store is told of again.
      this.writeProtect(index);
      const start = index * PAGE_SIZE;
      const end = Math.min(start + PAGE_SIZE, this.size);
      if (start < end) result = Math.min(result, this.push(start, end));
    }
    this.mappedDirty.clear();
    this.host.dirtyFiles.delete(this);
    return result;
  }

  /** Makes what was written durable. */
  sync(): Result {
    return this.fid === NO_FID || !this.isOpen ? 0 : this.host.client.fsync(this.fid);
  }

  /** Writes the bytes `[start, end)`, as they are in memory, to the host. */
  private push(start: number, end: number): Result {
    const opened = this.open();
    if (opened < 0) return opened;
    const { client } = this.host;
    const step = client.dataBytesMax - (client.dataBytesMax % PAGE_SIZE);
    for (let at = start; at < end;) {
      const bytes = new Uint8Array(Math.min(step, end - at));
      this.copyOut(at, bytes);
      const written = client.write(this.fid, at, bytes);
      if (written < 0) return written;
      at += bytes.length;
    }
    this.changedHere = true;
    this.host.writtenFiles.add(this);
    this.becameClean(Math.floor(start / PAGE_SIZE), Math.ceil(end / PAGE_SIZE));
    return 0;
  }

  /** Pages that are not in memory are holes here: they read as zeros. */
  private copyOut(offset: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) {
      const inPage = (offset + done) % PAGE_SIZE;
      const count = Math.min(PAGE_SIZE - inPage, bytes.length - done);
      const frame = this.cachedPage((offset + done - inPage) / PAGE_SIZE);
      if (frame !== undefined) {
        frame.reader(inPage, count).readBytes(bytes.subarray(done, done + count));
      }
      done += count;
    }
  }
}

/** Pages of a file of the host. */
class HostBacking extends PageBacking {
  private readonly host: HostFs;
  private readonly pages: HostPages;

  constructor(host: HostFs, pages: HostPages, lengthBytes: number) {
    super(lengthBytes);
    this.host = host;
    this.pages = pages;
  }

  load(first: number, frames: readonly (UFrame | undefined)[]): boolean {
    const bytes = this.pages.fetch(first * PAGE_SIZE, frames.length * PAGE_SIZE);
    if (typeof bytes === "number") return false;
    // The file may have become shorter or longer on the host: its length is what was told first.
    const known = Math.min(bytes.length, this.lengthBytes - first * PAGE_SIZE);
    for (const [i, frame] of frames.entries()) {
      if (frame === undefined) continue;
      const count = Math.max(0, Math.min(PAGE_SIZE, known - i * PAGE_SIZE));
      if (count < PAGE_SIZE) frame.fill(0, count);
      if (count > 0) frame.writer(0, count).write(VmReader.from(bytes, i * PAGE_SIZE, count));
    }
    return true;
  }

  override makeRoom(): void {
    this.host.makeRoom();
  }
  override pagesLoaded(file: FramePages): void {
    this.host.addClean(file);
  }
  override fileGone(file: FramePages): void {
    this.host.removeClean(file);
  }
}
