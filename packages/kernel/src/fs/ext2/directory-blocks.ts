// SPDX-License-Identifier: MPL-2.0

import { byteString } from "../byte-string.ts";
import { Entry, entryBytes } from "./layout.ts";

/**
 * A block of a directory: records one behind the other that fill it. A record of inode 0 is free;
 * the bytes of a record beyond its name are free too.
 */
export interface EntryVisitor {
  /** One record in use. `offset` is in the block. False ends the walk. */
  visit(ino: number, type: number, name: string, offset: number): boolean;
}

/** Calls `visitor` for the records of a block; false where the block is damaged. */
export function visitEntries(bytes: Uint8Array, view: DataView, visitor: EntryVisitor): boolean {
  for (let at = 0; at < bytes.length;) {
    const length = recordLength(view, at, bytes.length);
    if (length === 0) return false;
    const ino = view.getUint32(at + Entry.INODE, true);
    const nameLength = bytes[at + Entry.NAME_LENGTH] ?? 0;
    if (ino !== 0) {
      const name = byteString(bytes, at + Entry.NAME, at + Entry.NAME + nameLength);
      if (!visitor.visit(ino, bytes[at + Entry.TYPE] ?? 0, name, at)) return true;
    }
    at += length;
  }
  return true;
}

/** The length of the record at `at`; 0 where it is impossible. */
export function recordLength(view: DataView, at: number, blockBytes: number): number {
  if (at + Entry.NAME > blockBytes) return 0;
  const length = view.getUint16(at + Entry.LENGTH, true);
  const needed = entryBytes(view.getUint8(at + Entry.NAME_LENGTH));
  const isUsed = view.getUint32(at + Entry.INODE, true) !== 0;
  const isSound =
    length >= (isUsed ? needed : Entry.NAME) && length % 4 === 0 && at + length <= blockBytes;
  return isSound ? length : 0;
}

/** Finds room for a name of `nameLength` bytes and writes the record; its offset, or -1. */
export function addEntry(
  bytes: Uint8Array,
  view: DataView,
  ino: number,
  type: number,
  name: Uint8Array,
): number {
  const needed = entryBytes(name.length);
  for (let at = 0; at < bytes.length;) {
    const length = recordLength(view, at, bytes.length);
    if (length === 0) return -1;
    const isFree = view.getUint32(at + Entry.INODE, true) === 0;
    const used = isFree ? 0 : entryBytes(bytes[at + Entry.NAME_LENGTH] ?? 0);
    if (length - used >= needed) {
      if (used > 0) view.setUint16(at + Entry.LENGTH, used, true);
      writeEntry(bytes, view, at + used, length - used, ino, type, name);
      return at + used;
    }
    at += length;
  }
  return -1;
}

export function writeEntry(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  length: number,
  ino: number,
  type: number,
  name: Uint8Array,
): void {
  bytes.fill(0, at, at + length);
  view.setUint32(at + Entry.INODE, ino, true);
  view.setUint16(at + Entry.LENGTH, length, true);
  bytes[at + Entry.NAME_LENGTH] = name.length;
  bytes[at + Entry.TYPE] = type;
  bytes.set(name, at + Entry.NAME);
}

/** Takes the record at `offset` out: the one before it grows, or it becomes free. */
export function removeEntry(bytes: Uint8Array, view: DataView, offset: number): void {
  let before = -1;
  for (let at = 0; at < offset;) {
    const length = recordLength(view, at, bytes.length);
    if (length === 0) break;
    before = at;
    at += length;
  }
  view.setUint32(offset + Entry.INODE, 0, true);
  if (before < 0) return;
  const grown =
    view.getUint16(before + Entry.LENGTH, true) + view.getUint16(offset + Entry.LENGTH, true);
  view.setUint16(before + Entry.LENGTH, grown, true);
}
