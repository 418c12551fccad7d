// SPDX-License-Identifier: MPL-2.0

import type { KernelLog } from "../../log.ts";
import { RamDirectory } from "../ramfs/directory.ts";
import type { Inode } from "../inode.ts";
import { CpioReader } from "./cpio.ts";
import { gunzip, isGzip } from "./gzip.ts";
import { TreeBuilder } from "./tree-builder.ts";

/** How many complaints about single files are logged. */
const COMPLAINTS_MAX = 8;

/** What came of the initramfs. */
export interface UnpackResult {
  /** Files of any type that are in the tree now. */
  readonly files: number;
  /** Why it could not be read, or not wholly; the log has it too. */
  readonly error: string | undefined;
}

/** Compressed formats that are known by their first bytes, to say more than "unknown". */
const OTHER_FORMATS: readonly { readonly name: string; readonly magic: readonly number[] }[] = [
  { name: "xz", magic: [0xfd, 0x37, 0x7a, 0x58] },
  { name: "zstd", magic: [0x28, 0xb5, 0x2f, 0xfd] },
  { name: "bzip2", magic: [0x42, 0x5a, 0x68] },
  { name: "lz4", magic: [0x02, 0x21, 0x4c, 0x18] },
  { name: "lzma", magic: [0x5d, 0x00, 0x00] },
  { name: "lzo", magic: [0x89, 0x4c, 0x5a, 0x4f] },
];

/**
 * Unpacks an initramfs to the directory `root` of a ramfs: any number of newc archives one behind
 * the other, plain or as members of gzip, with zeros between them.
 */
export function unpackInitramfs(log: KernelLog, root: Inode, bytes: Uint8Array): UnpackResult {
  if (!(root instanceof RamDirectory)) {
    throw new TypeError("an initramfs is unpacked to a ramfs");
  }
  let complaints = 0;
  const builder = new TreeBuilder(root, (message) => {
    complaints++;
    if (complaints <= COMPLAINTS_MAX) {
      log.warn(`initramfs: ${message}`);
    }
  });
  const error = unpackAll(bytes, builder) ?? outOfMemory(builder);
  if (error !== undefined) {
    log.error(`initramfs: ${error} (${builder.files} files unpacked)`);
  } else {
    log.info(`initramfs: ${builder.files} files, ${bytes.length} bytes`);
  }
  return { files: builder.files, error };
}

function outOfMemory(builder: TreeBuilder): string | undefined {
  return builder.isOutOfMemory ? "it does not fit into memory" : undefined;
}

function unpackAll(bytes: Uint8Array, builder: TreeBuilder): string | undefined {
  if (bytes.length === 0) {
    return "it is empty";
  }
  const reader = new CpioReader(builder);
  let at = 0;
  while (at < bytes.length) {
    if (reader.isComplete && bytes[at] === 0) {
      at++;
      continue;
    }
    if (reader.isComplete && isGzip(bytes, at)) {
      const { end, error } = gunzip(bytes, at, reader);
      if (reader.error !== undefined || error !== undefined) {
        return reader.error ?? error;
      }
      at = end;
      continue;
    }
    if (reader.isComplete && !looksLikeCpio(bytes, at)) {
      return describeUnknown(bytes, at);
    }
    at += reader.pushFile(bytes, at, bytes.length);
    if (reader.error !== undefined) {
      return reader.error;
    }
  }
  return reader.isComplete ? undefined : "the archive ends in the middle of a file";
}

function looksLikeCpio(bytes: Uint8Array, at: number): boolean {
  return (
    bytes[at] === 0x30 && bytes[at + 1] === 0x37 && bytes[at + 2] === 0x30 && bytes[at + 3] === 0x37
  );
}

function describeUnknown(bytes: Uint8Array, at: number): string {
  const format = OTHER_FORMATS.find(({ magic }) =>
    magic.every((byte, i) => bytes[at + i] === byte),
  );
  return format === undefined
    ? `byte ${at} starts neither a cpio archive nor gzip data`
    : `it is compressed by ${format.name}; only gzip is supported`;
}
