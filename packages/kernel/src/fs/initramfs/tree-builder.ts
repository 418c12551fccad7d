// SPDX-License-Identifier: MPL-2.0

import { VmReader } from "@aster/ostd";
import { makeDevice, S } from "../../abi/stat.ts";
import { byteString } from "../byte-string.ts";
import type { Inode } from "../inode.ts";
import { RamDirectory } from "../ramfs/directory.ts";
import { RamRegular } from "../ramfs/regular.ts";
import { RamSymlink } from "../ramfs/symlink.ts";
import { Timestamp } from "../timestamp.ts";
import type { CpioHeader, CpioVisitor } from "./cpio.ts";

const MAX_LINKS = 40;
const MAX_SYMLINK_BYTES = 4096;

/** A place where a file of the archive goes. */
interface Target {
  readonly directory: RamDirectory;
  readonly name: string;
}

/** Unpacks the files of archives into a ramfs, as early in boot, when no process exists. */
export class TreeBuilder implements CpioVisitor {
  private readonly root: RamDirectory;
  private readonly report: (message: string) => void;
  /** The first file of each set of hard links of the archive in progress. */
  private hardLinks: Map<string, RamRegular> = new Map();
  /** The file in progress. */
  private regular: RamRegular | undefined = undefined;
  private symlink: Target | undefined = undefined;
  private symlinkText = "";
  private header: CpioHeader | undefined = undefined;
  private offset = 0;
  /** Files of any type that were made. */
  files = 0;
  isOutOfMemory = false;

  constructor(root: RamDirectory, report: (message: string) => void) {
    this.root = root;
    this.report = report;
  }

  file(name: string, header: CpioHeader): void {
    this.header = header;
    this.regular = undefined;
    this.symlink = undefined;
    this.symlinkText = "";
    this.offset = 0;
    const target = this.targetOf(name);
    if (target === undefined) {
      this.report(`${name}: its directory does not exist`);
      return;
    }
    switch (header.mode & S.IFMT) {
      case S.IFREG:
        this.regular = this.startRegular(target, header);
        break;
      case S.IFDIR:
        this.makeDirectory(target, header);
        break;
      case S.IFLNK:
        if (header.fileSize > MAX_SYMLINK_BYTES) {
          this.report(`${name}: the target of the symbolic link is too long`);
        } else {
          this.symlink = target;
        }
        break;
      case S.IFIFO:
      case S.IFSOCK:
      case S.IFCHR:
      case S.IFBLK:
        this.makeNode(target, header);
        break;
      default:
        this.report(`${name}: the file type 0${(header.mode & S.IFMT).toString(8)} is unknown`);
    }
  }

  data(bytes: Uint8Array, start: number, end: number): void {
    if (this.symlink !== undefined) {
      this.symlinkText += byteString(bytes, start, end);
    }
    if (this.regular === undefined) {
      return;
    }
    const written = this.regular.pages.write(VmReader.from(bytes, start, end - start), this.offset);
    this.offset += end - start;
    if (written < end - start) {
      this.isOutOfMemory = true;
    }
  }

  fileEnd(): void {
    const { header, symlink } = this;
    if (header === undefined) {
      return;
    }
    if (this.regular !== undefined) {
      setTimes(this.regular, header);
    }
    if (symlink !== undefined) {
      removeExisting(symlink);
      const { uid, gid } = header;
      const made = symlink.directory.symlink(symlink.name, this.symlinkText, uid, gid);
      this.count(made, header);
    }
  }

  trailer(): void {
    this.hardLinks = new Map();
  }

  private startRegular(target: Target, header: CpioHeader): RamRegular | undefined {
    const key = `${header.devMajor}:${header.devMinor}:${header.ino}`;
    const linked = header.nlink > 1 ? this.hardLinks.get(key) : undefined;
    const existing = target.directory.lookupName(target.name);
    if (linked !== undefined) {
      if (existing !== linked) {
        removeExisting(target);
        target.directory.link(target.name, linked);
        this.files++;
      }
      // cpio stores the data with one of the names: with any of them, it is the data of all.
      if (header.fileSize > 0) {
        linked.pages.truncate(0);
      }
      return linked;
    }
    removeExisting(target);
    const made = target.directory.create(target.name, attributes(header));
    this.count(made, header);
    if (!(made instanceof RamRegular)) {
      return undefined;
    }
    if (header.nlink > 1) {
      this.hardLinks.set(key, made);
    }
    return made;
  }

  private makeDirectory(target: Target, header: CpioHeader): void {
    const existing =
      target.name === "" ? target.directory : target.directory.lookupName(target.name);
    if (existing instanceof RamDirectory) {
      existing.mode = S.IFDIR | (header.mode & S.PERMISSIONS);
      existing.uid = header.uid;
      existing.gid = header.gid;
      setTimes(existing, header);
      this.files++;
      return;
    }
    removeExisting(target);
    this.count(target.directory.create(target.name, attributes(header)), header);
  }

  private makeNode(target: Target, header: CpioHeader): void {
    removeExisting(target);
    this.count(target.directory.create(target.name, attributes(header)), header);
  }

  private count(made: Inode | number, header: CpioHeader): void {
    if (typeof made !== "number") {
      setTimes(made, header);
      this.files++;
    }
  }

  /** The directory of `name` and its last component; "" with the root itself. */
  private targetOf(name: string): Target | undefined {
    const parts = name.split("/").filter((part) => part !== "" && part !== ".");
    const last = parts.pop();
    if (last === undefined) {
      return { directory: this.root, name: "" };
    }
    const directory = this.directoryAt(this.root, parts, 0);
    return directory === undefined || last === ".." ? undefined : { directory, name: last };
  }

  private directoryAt(
    start: RamDirectory,
    parts: readonly string[],
    links: number,
  ): RamDirectory | undefined {
    const way: RamDirectory[] = [start];
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i] ?? "";
      const here = way.at(-1) ?? this.root;
      if (part === "..") {
        if (way.length > 1) {
          way.pop();
        }
        continue;
      }
      const child = here.lookupName(part);
      if (child instanceof RamSymlink) {
        return links < MAX_LINKS
          ? this.throughLink(here, child.readlink(), parts.slice(i + 1), links + 1)
          : undefined;
      }
      if (!(child instanceof RamDirectory)) {
        return undefined;
      }
      way.push(child);
    }
    return way.at(-1);
  }

  private throughLink(
    here: RamDirectory,
    target: string,
    rest: readonly string[],
    links: number,
  ): RamDirectory | undefined {
    const parts = target.split("/").filter((part) => part !== "" && part !== ".");
    return this.directoryAt(target.startsWith("/") ? this.root : here, [...parts, ...rest], links);
  }
}

function attributes(header: CpioHeader): { mode: number; uid: number; gid: number; rdev: number } {
  const { mode, uid, gid } = header;
  return { mode: mode & 0xffff, uid, gid, rdev: makeDevice(header.rdevMajor, header.rdevMinor) };
}

function setTimes(inode: Inode, header: CpioHeader): void {
  const time = new Timestamp(header.mtime, 0);
  inode.mtime = time;
  inode.atime = time;
}

/** A later file of the archive takes the place of an earlier one with its name. */
function removeExisting({ directory, name }: Target): void {
  const existing = directory.lookupName(name);
  if (existing === undefined) {
    return;
  }
  if (existing.isDirectory) {
    directory.rmdir(name, existing);
  } else {
    directory.unlink(name, existing);
  }
}
