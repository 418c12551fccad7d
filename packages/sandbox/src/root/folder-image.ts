// SPDX-License-Identifier: MPL-2.0

import { closeSync, openSync, readSync } from "node:fs";
import type { BlockBackend } from "@aster/machine";
import { listFolder, type RootFile } from "./folder-files.ts";

/** As the kernel reads it (packages/kernel/src/fs/image/image-index.ts). */
const MAGIC = "ASTERIMG";
const VERSION = 1;
const PAGE_BYTES = 4096;
const RECORD_BYTES = 52;
const TWO_TO_32 = 0x1_0000_0000;
/** Files of the host that are kept open. */
const MAX_OPEN = 64;

/** A file with data, and where it stands on the disk. */
interface Extent {
  readonly start: number;
  readonly end: number;
  readonly path: string;
}

/**
 * A read-only disk with a root image of a folder of the host. The index is made when it is opened;
 * the data of files are read from them when the guest reads.
 */
export class FolderImage implements BlockBackend {
  readonly sizeBytes: number;
  readonly readOnly = true;
  /** The disk up to the first file's data. */
  private readonly head: Uint8Array;
  /** By place on the disk. */
  private readonly extents: readonly Extent[];
  private readonly folder: string;
  /** Descriptors by path, the least recently used first. */
  private readonly open = new Map<string, number>();

  /** Throws `SandboxError` where the folder can not be read. */
  constructor(folder: string) {
    this.folder = folder;
    const files = listFolder(folder);
    const indexBytes = files.reduce((sum, file) => sum + recordBytes(file), 0);
    this.head = new Uint8Array(PAGE_BYTES + pageCeil(indexBytes));
    const { extents, end } = layOut(files, this.head.length);
    this.extents = extents;
    this.sizeBytes = end;
    writeHeader(this.head, files.length, indexBytes);
    const starts = new Map(extents.map(({ path, start }) => [path, start]));
    let at = PAGE_BYTES;
    for (const file of files) at = writeRecord(this.head, at, file, starts.get(file.path) ?? 0);
  }

  read(offset: number, into: Uint8Array): void {
    for (let done = 0; done < into.length;) {
      done += this.readPart(offset + done, into.subarray(done));
    }
  }

  write(): void {
    throw new Error("a root image is read-only");
  }

  flush(): void {}

  close(): void {
    for (const fd of this.open.values()) closeSync(fd);
    this.open.clear();
  }

  /** Reads the start of `into` from one place: how much it was. */
  private readPart(offset: number, into: Uint8Array): number {
    if (offset < this.head.length) {
      const part = this.head.subarray(offset, offset + into.length);
      into.set(part);
      return part.length;
    }
    const extent = this.extentAt(offset);
    if (extent === undefined) {
      into.fill(0);
      return into.length;
    }
    const part = into.subarray(0, pageCeil(extent.end) - offset);
    const fd = this.descriptor(extent.path);
    let done = 0;
    while (done < part.length) {
      const count = readSync(fd, part, done, part.length - done, offset - extent.start + done);
      if (count === 0) break;
      done += count;
    }
    part.fill(0, done);
    return part.length;
  }

  /** The extent whose pages hold `offset`. */
  private extentAt(offset: number): Extent | undefined {
    let low = 0;
    let high = this.extents.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.extents[middle]?.start ?? Infinity) <= offset) low = middle + 1;
      else high = middle;
    }
    const extent = this.extents[low - 1];
    return extent !== undefined && offset < pageCeil(extent.end) ? extent : undefined;
  }

  private descriptor(path: string): number {
    const known = this.open.get(path);
    if (known !== undefined) {
      this.open.delete(path);
      this.open.set(path, known);
      return known;
    }
    const place = Buffer.concat([Buffer.from(`${this.folder}/`), Buffer.from(path, "latin1")]);
    const fd = openSync(place, "r");
    this.open.set(path, fd);
    const [oldest] = this.open;
    if (this.open.size > MAX_OPEN && oldest !== undefined) {
      closeSync(oldest[1]);
      this.open.delete(oldest[0]);
    }
    return fd;
  }
}

/** Gives each file with data its place; the names of one file share the first one's. */
function layOut(files: readonly RootFile[], start: number): { extents: Extent[]; end: number } {
  const extents: Extent[] = [];
  const linkSets = new Set<number>();
  let at = start;
  for (const { path, size, linkSet } of files) {
    if (size === 0 || linkSets.has(linkSet)) continue;
    if (linkSet !== 0) linkSets.add(linkSet);
    extents.push({ start: at, end: at + size, path });
    at += pageCeil(size);
  }
  return { extents, end: at };
}

function writeHeader(head: Uint8Array, count: number, indexBytes: number): void {
  const view = new DataView(head.buffer);
  head.set(Buffer.from(MAGIC, "latin1"));
  view.setUint32(8, VERSION, true);
  view.setUint32(12, count, true);
  setNumber64(view, 16, indexBytes);
}

function writeRecord(head: Uint8Array, at: number, file: RootFile, dataOffset: number): number {
  const view = new DataView(head.buffer, at);
  const path = Buffer.from(file.path, "latin1");
  const target = Buffer.from(file.target, "latin1");
  const words = [file.mode, file.uid, file.gid, file.linkSet, file.rdev];
  for (const [i, word] of words.entries()) view.setUint32(4 * i, word, true);
  setNumber64(view, 20, file.mtimeSeconds);
  view.setUint32(28, file.mtimeNs, true);
  setNumber64(view, 32, file.size);
  setNumber64(view, 40, dataOffset);
  view.setUint16(48, path.length, true);
  view.setUint16(50, target.length, true);
  head.set(path, at + RECORD_BYTES);
  head.set(target, at + RECORD_BYTES + path.length);
  return at + recordBytes(file);
}

function recordBytes({ path, target }: RootFile): number {
  return Math.ceil((RECORD_BYTES + path.length + target.length) / 4) * 4;
}

function setNumber64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value >>> 0, true);
  view.setInt32(at + 4, Math.floor(value / TWO_TO_32), true);
}

function pageCeil(bytes: number): number {
  return Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES;
}
