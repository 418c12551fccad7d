// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { byteString, bytesOf } from "../byte-string.ts";
import { BlockKind } from "./block-cache.ts";
import type { MetaBlock } from "./block-cache.ts";
import type { Ext2Inode } from "./inode.ts";

/** The block of extended attributes: a header, entries from the front, values from the end. */
const MAGIC = 0xea02_0000;
const Header = { MAGIC: 0, USERS: 4, BLOCKS: 8, HASH: 12, BYTES: 32 } as const;
const EntryField = {
  NAME_LENGTH: 0,
  NAMESPACE: 1,
  VALUE_OFFSET: 2,
  VALUE_BLOCK: 4,
  VALUE_BYTES: 8,
  HASH: 12,
  NAME: 16,
} as const;

/** Namespaces by their number on the disk. */
const NAMESPACES: readonly (readonly [number, string])[] = [
  [1, "user."],
  [2, "system.posix_acl_access"],
  [3, "system.posix_acl_default"],
  [4, "trusted."],
  [6, "security."],
];

interface Attribute {
  readonly namespace: number;
  readonly name: Uint8Array;
  readonly value: Uint8Array;
}

/** The attributes that the disk has; those that can not be read are left out. */
export function loadAttributes(inode: Ext2Inode): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  const block = attributeBlockOf(inode);
  if (block === undefined) return found;
  const { bytes, view } = block;
  for (let at: number = Header.BYTES; at + EntryField.NAME <= bytes.length;) {
    const nameLength = bytes[at + EntryField.NAME_LENGTH] ?? 0;
    const namespace = bytes[at + EntryField.NAMESPACE] ?? 0;
    if (nameLength === 0 && namespace === 0) break;
    const prefix = NAMESPACES.find(([number]) => number === namespace)?.[1];
    const start = view.getUint16(at + EntryField.VALUE_OFFSET, true);
    const end = start + view.getUint32(at + EntryField.VALUE_BYTES, true);
    const nameEnd = at + EntryField.NAME + nameLength;
    const isWhole = end <= bytes.length && nameEnd <= bytes.length;
    if (
      prefix !== undefined &&
      isWhole &&
      view.getUint32(at + EntryField.VALUE_BLOCK, true) === 0
    ) {
      const name = prefix + byteString(bytes, at + EntryField.NAME, nameEnd);
      found.set(name, bytes.slice(start, end));
    }
    at = at + entrySize(nameLength);
  }
  return found;
}

/** Puts the attributes on the disk: 0, -ENOSPC where they do not fit into a block, or -EIO. */
export function storeAttributes(inode: Ext2Inode, attributes: Map<string, Uint8Array>): Result {
  const { fs } = inode;
  const list = sorted(attributes);
  if (list.length === 0) {
    dropBlock(inode);
    return 0;
  }
  const { blockBytes } = fs.geometry;
  let needed = Header.BYTES + 4;
  for (const { name, value } of list) needed += entrySize(name.length) + padded(value.length);
  if (needed > blockBytes) return fail(Errno.ENOSPC, "the attributes do not fit into one block");
  const old = attributeBlockOf(inode);
  const isShared = old !== undefined && old.view.getUint32(Header.USERS, true) > 1;
  let block = isShared ? undefined : old;
  if (block === undefined) {
    const number = fs.takeBlock(inode);
    if (number === 0) return fail(Errno.ENOSPC, "the file system is full");
    dropBlock(inode);
    inode.attributeBlock = number;
    inode.sectors += blockBytes / 512;
    block = fs.cache.fresh(number, BlockKind.ATTRIBUTES);
  }
  fill(block, list);
  fs.cache.markDirty(block);
  return 0;
}

function fill(block: MetaBlock, list: readonly Attribute[]): void {
  const { bytes, view } = block;
  bytes.fill(0);
  view.setUint32(Header.MAGIC, MAGIC, true);
  view.setUint32(Header.USERS, 1, true);
  view.setUint32(Header.BLOCKS, 1, true);
  let at: number = Header.BYTES;
  let valueAt = bytes.length;
  let blockHash = 0;
  for (const { namespace, name, value } of list) {
    valueAt -= padded(value.length);
    bytes.set(value, valueAt);
    const hash = hashOf(name, view, valueAt, padded(value.length));
    bytes[at + EntryField.NAME_LENGTH] = name.length;
    bytes[at + EntryField.NAMESPACE] = namespace;
    view.setUint16(at + EntryField.VALUE_OFFSET, value.length === 0 ? 0 : valueAt, true);
    view.setUint32(at + EntryField.VALUE_BYTES, value.length, true);
    view.setUint32(at + EntryField.HASH, hash, true);
    bytes.set(name, at + EntryField.NAME);
    at += entrySize(name.length);
    blockHash = ((blockHash << 16) | (blockHash >>> 16)) ^ hash;
  }
  view.setUint32(Header.HASH, blockHash >>> 0, true);
}

/** The hash of an entry, which e2fsck checks: name by bytes, value by words. */
function hashOf(name: Uint8Array, view: DataView, valueAt: number, valueBytes: number): number {
  let hash = 0;
  for (const byte of name) hash = ((hash << 5) | (hash >>> 27)) ^ byte;
  for (let at = 0; at < valueBytes; at += 4) {
    hash = ((hash << 16) | (hash >>> 16)) ^ view.getUint32(valueAt + at, true);
  }
  return hash >>> 0;
}

/** By namespace, length and bytes of the name, as Linux looks them up. */
function sorted(attributes: Map<string, Uint8Array>): Attribute[] {
  const list: Attribute[] = [];
  for (const [name, value] of attributes) {
    for (const [namespace, prefix] of NAMESPACES) {
      if (!name.startsWith(prefix)) continue;
      list.push({ namespace, name: bytesOf(name.slice(prefix.length)), value });
      break;
    }
  }
  return list.sort(
    (a, b) => a.namespace - b.namespace || a.name.length - b.name.length || compare(a.name, b.name),
  );
}

function compare(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function attributeBlockOf(inode: Ext2Inode): MetaBlock | undefined {
  const { fs, attributeBlock } = inode;
  if (!fs.allocator.isDataBlock(attributeBlock)) return undefined;
  const block = fs.cache.get(attributeBlock, BlockKind.ATTRIBUTES);
  return block?.view.getUint32(Header.MAGIC, true) === MAGIC ? block : undefined;
}

/** The inode does without its block: the last user gives it back. */
function dropBlock(inode: Ext2Inode): void {
  const { fs, attributeBlock } = inode;
  if (attributeBlock === 0) return;
  const block = attributeBlockOf(inode);
  const users = block?.view.getUint32(Header.USERS, true) ?? 1;
  if (block !== undefined && users > 1) {
    block.view.setUint32(Header.USERS, users - 1, true);
    fs.cache.markDirty(block);
  } else {
    fs.allocator.giveBlock(attributeBlock);
  }
  inode.attributeBlock = 0;
  inode.sectors = Math.max(0, inode.sectors - fs.geometry.blockBytes / 512);
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}
function entrySize(nameLength: number): number {
  return EntryField.NAME + padded(nameLength);
}
