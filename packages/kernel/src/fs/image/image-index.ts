// SPDX-License-Identifier: MPL-2.0

import { PAGE_SIZE } from "@aster/ostd";
import { getU32 } from "../../abi/layout.ts";
import { byteString } from "../byte-string.ts";
import { READ_AHEAD_PAGES } from "./image-medium.ts";
import type { ImageMedium } from "./image-medium.ts";

/*
 * A root image tells all its files first, and has their data behind, each from a page's boundary
 * on. Numbers are little-endian.
 *
 *   page 0    "ASTERIMG", u32 version, u32 count of files, u64 bytes of the index
 *   page 1…   the index: one record after another
 *
 * A record: u32 mode, uid, gid, link set (0: none; files of one set are one file), rdev, mtime
 * in seconds (low, high), nanoseconds, size (low, high), offset of the data (low, high), u16 bytes
 * of the path, u16 bytes of a symbolic link's target; the path, the target, and zeros up to a
 * multiple of four. A directory comes before what is in it; the path of the root is empty.
 */
const MAGIC = "ASTERIMG";
const VERSION = 1;
const RECORD_BYTES = 52;
/** More than this is no index. */
const INDEX_BYTES_MAX = 256 * 1024 * 1024;

/** One file of an image. */
export interface ImageEntry {
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly linkSet: number;
  readonly rdev: number;
  readonly mtimeSeconds: number;
  readonly mtimeNanoseconds: number;
  readonly size: number;
  readonly dataOffset: number;
  readonly target: string;
}

/** Reads the index of an image; what is wrong as a text. */
export function readImageIndex(medium: ImageMedium): ImageEntry[] | string {
  const header = readBytes(medium, 0, PAGE_SIZE);
  if (header === undefined) return "the disk can not be read";
  const view = new DataView(header.buffer);
  if (byteString(header, 0, MAGIC.length) !== MAGIC) return "it has no root image";
  const version = getU32(view, 8);
  if (version !== VERSION) return `version ${version} of root images is unknown`;
  const count = getU32(view, 12);
  const bytes = number64(view, 16);
  if (bytes > INDEX_BYTES_MAX) return `an index of ${bytes} bytes is beyond reason`;
  const index = readBytes(medium, PAGE_SIZE, bytes);
  return index === undefined ? "its index can not be read" : parse(index, count);
}

function parse(bytes: Uint8Array, count: number): ImageEntry[] | string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const entries: ImageEntry[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + RECORD_BYTES > bytes.length) return "its index is cut off";
    const pathAt = at + RECORD_BYTES;
    const targetAt = pathAt + view.getUint16(at + 48, true);
    const end = targetAt + view.getUint16(at + 50, true);
    if (end > bytes.length) return "its index is cut off";
    entries.push({
      path: byteString(bytes, pathAt, targetAt),
      mode: getU32(view, at),
      uid: getU32(view, at + 4),
      gid: getU32(view, at + 8),
      linkSet: getU32(view, at + 12),
      rdev: getU32(view, at + 16),
      mtimeSeconds: getU32(view, at + 20) + view.getInt32(at + 24, true) * 2 ** 32,
      mtimeNanoseconds: getU32(view, at + 28),
      size: number64(view, at + 32),
      dataOffset: number64(view, at + 40),
      target: byteString(bytes, targetAt, end),
    });
    at = end + ((4 - (end & 3)) & 3);
  }
  return entries;
}

function number64(view: DataView, at: number): number {
  return getU32(view, at) + getU32(view, at + 4) * 2 ** 32;
}

function readBytes(medium: ImageMedium, offset: number, length: number): Uint8Array | undefined {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const pages = Math.min(READ_AHEAD_PAGES, Math.ceil((length - done) / PAGE_SIZE));
    const stream = medium.read(offset + done, pages);
    if (stream === undefined) return undefined;
    const count = Math.min(pages * PAGE_SIZE, length - done);
    stream.segment.readBytes(0, bytes, done, count);
    done += count;
  }
  return bytes;
}
