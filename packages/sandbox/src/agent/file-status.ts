// SPDX-License-Identifier: MPL-2.0

import type { FileStatus } from "@aster/kernel/agent";

export type GuestFileType =
  | "file"
  | "directory"
  | "symlink"
  | "fifo"
  | "socket"
  | "character-device"
  | "block-device"
  | "unknown";

export interface DirectoryEntry<Name extends string | Uint8Array = string> {
  readonly name: Name;
  readonly type: GuestFileType;
}

/** What stat(2) tells; times are milliseconds since 1970, `blocks` count 512 bytes. */
export interface GuestFileStatus extends Readonly<FileStatus> {
  readonly type: GuestFileType;
}

/** By d_type of getdents64(2), which is the type in a mode (inode(7)). */
const TYPES: Readonly<Record<number, GuestFileType>> = {
  1: "fifo",
  2: "character-device",
  4: "directory",
  6: "block-device",
  8: "file",
  10: "symlink",
  12: "socket",
};

export function typeOfEntry(type: number): GuestFileType {
  return TYPES[type] ?? "unknown";
}

export function fileType(mode: number): GuestFileType {
  return typeOfEntry((mode >>> 12) & 15);
}
