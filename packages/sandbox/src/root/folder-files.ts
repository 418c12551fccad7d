// SPDX-License-Identifier: MPL-2.0

import {
  lstatSync,
  statSync,
  readdirSync,
  readlinkSync,
  type BigIntStats,
  type Stats,
} from "node:fs";
import { SandboxError } from "../errors.ts";
import { describe } from "../host-error.ts";
import { readRootIndex, ROOT_INDEX_NAME, type RootIndex } from "./root-index.ts";

/** A file of a root, as the guest will see it. Texts have one character per byte. */
export interface RootFile {
  /** From the root, without a slash at its start; "" is the root itself. */
  readonly path: string;
  /** Type and permissions. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Not 0: all files with this number are one file. */
  readonly linkSet: number;
  readonly rdev: number;
  readonly mtimeNs: number;
  readonly mtimeSeconds: number;
  /** Bytes of a regular file. */
  readonly size: number;
  /** Of a symbolic link. */
  readonly target: string;
}

const S_IFMT = 0o170000;
const S_IFREG = 0o100000;
const S_IFLNK = 0o120000;
const S_IFSOCK = 0o140000;

/** Lists the folder, a directory before what is in it. Throws `SandboxError`. */
export function listFolder(folder: string): RootFile[] {
  if (statSync(folder, { throwIfNoEntry: false })?.isFile() === true) {
    throw new SandboxError("root-unusable", `the root ${folder}: expected a folder`);
  }
  const index = readRootIndex(folder);
  const walk = new FolderWalk(Buffer.from(folder), index);
  try {
    walk.visit("");
  } catch (error) {
    const place = error instanceof Error && "path" in error ? String(error.path) : folder;
    throw new SandboxError("root-unusable", `cannot read the root: ${place}: ${describe(error)}`);
  }
  return walk.files;
}

class FolderWalk {
  readonly files: RootFile[] = [];
  private readonly folder: Buffer;
  private readonly index: RootIndex | undefined;
  private readonly linkSets = new Map<string, number>();

  constructor(folder: Buffer, index: RootIndex | undefined) {
    this.folder = folder;
    this.index = index;
  }

  visit(path: string): void {
    const place = this.placeOf(path);
    const stat = lstatSync(place);
    const type = stat.mode & S_IFMT;
    // A socket without its server is of no use.
    if (type === S_IFSOCK) return;
    this.files.push(this.describe(path, place, stat, type));
    if (!stat.isDirectory()) return;
    const names = readdirSync(place, { encoding: "buffer" }).map((name) => name.toString("latin1"));
    for (const name of names.sort()) {
      if (path === "" && name === ROOT_INDEX_NAME) continue;
      this.visit(path === "" ? name : `${path}/${name}`);
    }
  }

  private describe(path: string, place: Buffer, stat: Stats, type: number): RootFile {
    const told = this.index?.files[path];
    const owned = this.index === undefined;
    const seconds = Math.floor(stat.mtimeMs / 1000);
    return {
      path,
      mode: type | (told?.mode ?? stat.mode & 0o7777),
      uid: owned ? stat.uid : (told?.uid ?? 0),
      gid: owned ? stat.gid : (told?.gid ?? 0),
      linkSet: stat.nlink > 1 && !stat.isDirectory() ? this.linkSetOf(stat) : 0,
      rdev: stat.rdev,
      mtimeSeconds: seconds,
      mtimeNs: Math.floor((stat.mtimeMs - seconds * 1000) * 1e6),
      size: type === S_IFREG ? stat.size : 0,
      target:
        type === S_IFLNK ? readlinkSync(place, { encoding: "buffer" }).toString("latin1") : "",
    };
  }

  private linkSetOf(stat: Stats | BigIntStats): number {
    const key = `${stat.dev}:${stat.ino}`;
    const known = this.linkSets.get(key);
    if (known !== undefined) return known;
    const linkSet = this.linkSets.size + 1;
    this.linkSets.set(key, linkSet);
    return linkSet;
  }

  private placeOf(path: string): Buffer {
    return path === "" ? this.folder : Buffer.concat([this.folder, SLASH, latin1(path)]);
  }
}

const SLASH = Buffer.from("/");

function latin1(text: string): Buffer {
  return Buffer.from(text, "latin1");
}
