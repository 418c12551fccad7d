// SPDX-License-Identifier: MPL-2.0

import {
  chmodSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import type { RootIndexFile } from "@aster/sandbox";
import type { TarMember } from "./tar.ts";

const MAX_LINKS = 40;

/**
 * A root under construction in a folder of the host. Paths have one character per byte and are
 * relative to the root; symbolic links in them are followed within it, never out of it.
 */
export class RootTree {
  /** What the folder cannot say (see `RootIndex`), by path. */
  readonly index: Map<string, RootIndexFile> = new Map();
  /** Members that were left out, such as devices. */
  readonly skipped: string[] = [];
  private readonly folder: string;
  private readonly directories = new Set<string>([""]);
  /** Directories get their times at the end, when nothing is added to them any more. */
  private readonly directoryTimes = new Map<string, number>();

  constructor(folder: string) {
    this.folder = folder;
  }

  add(member: TarMember): void {
    const path = this.resolveParent(normalize(member.path));
    const place = this.place(path);
    if (member.type === "directory") {
      this.addDirectory(path, member);
      return;
    }
    this.index.delete(path);
    rmSync(place, { force: true, recursive: true });
    switch (member.type) {
      case "file": {
        const kept = hostMode(member.mode);
        writeFileSync(place, member.data);
        chmodSync(place, kept);
        utimesSync(place, member.mtimeSeconds, member.mtimeSeconds);
        this.note(path, member, kept);
        break;
      }
      case "symlink":
        symlinkSync(latin1(member.target), place);
        lutimesSync(place, member.mtimeSeconds, member.mtimeSeconds);
        this.note(path, member, undefined);
        break;
      case "link": {
        const target = this.resolveParent(normalize(member.target));
        linkSync(this.place(target), place);
        const told = this.index.get(target);
        if (told !== undefined) this.index.set(path, told);
        break;
      }
      default:
        this.skipped.push(member.path);
    }
  }

  /** A directory, or what is there already. */
  makeDirectory(path: string, mode = 0o755): void {
    if (this.exists(path)) return;
    this.add({ ...PLAIN, path, type: "directory", mode });
  }
  makeSymlink(path: string, target: string): void {
    this.add({ ...PLAIN, path, type: "symlink", mode: 0o777, target });
  }
  makeFile(path: string, content: string | Uint8Array, mode = 0o644): void {
    const data = typeof content === "string" ? latin1(content) : content;
    this.add({ ...PLAIN, path, type: "file", mode, data });
  }

  /** Whether there is a file, which may be a symbolic link to nothing. */
  exists(path: string): boolean {
    return this.kindOf(this.resolveParent(normalize(path))) !== undefined;
  }

  /** The text of a file, or undefined where there is none. */
  read(path: string): string | undefined {
    try {
      return readFileSync(this.place(this.resolve(normalize(path), 0)), "latin1");
    } catch {
      return undefined;
    }
  }

  finish(): void {
    for (const [path, seconds] of this.directoryTimes) {
      utimesSync(this.place(path), seconds, seconds);
    }
  }

  private addDirectory(path: string, member: TarMember): void {
    const there = this.kindOf(path);
    // As dpkg does: a symbolic link to a directory stays.
    if (there === "symlink") return;
    const kept = hostMode(member.mode) | 0o700;
    if (there !== "directory") mkdirSync(this.place(path));
    chmodSync(this.place(path), kept);
    this.directories.add(path);
    this.directoryTimes.set(path, member.mtimeSeconds);
    this.note(path, member, kept);
  }

  private note(path: string, { mode, uid, gid }: TarMember, kept: number | undefined): void {
    const told = {
      ...(kept !== undefined && mode !== kept && { mode }),
      ...(uid !== 0 && { uid }),
      ...(gid !== 0 && { gid }),
    };
    if (Object.keys(told).length > 0) this.index.set(path, told);
    else this.index.delete(path);
  }

  // --- Paths

  /** The path with all links in its directories followed; missing directories are made. */
  private resolveParent(path: string): string {
    const slash = path.lastIndexOf("/");
    if (slash < 0) return path;
    const parent = path.slice(0, slash);
    const resolved = this.directories.has(parent) ? parent : this.resolve(parent, 0);
    if (!this.directories.has(resolved)) {
      mkdirSync(this.place(resolved), { recursive: true, mode: 0o755 });
      this.directories.add(resolved);
    }
    return resolved === "" ? path.slice(slash + 1) : `${resolved}${path.slice(slash)}`;
  }

  private resolve(path: string, links: number): string {
    if (links > MAX_LINKS) throw new Error(`${path}: too many symbolic links`);
    let here = "";
    const parts = path.split("/").filter((part) => part !== "" && part !== ".");
    for (const [i, part] of parts.entries()) {
      if (part === "..") {
        here = here.includes("/") ? here.slice(0, here.lastIndexOf("/")) : "";
        continue;
      }
      const next = here === "" ? part : `${here}/${part}`;
      if (this.kindOf(next) === "symlink") {
        const target = readlinkSync(this.place(next), { encoding: "buffer" }).toString("latin1");
        const rest = parts.slice(i + 1).join("/");
        const base = target.startsWith("/") ? target : `${here}/${target}`;
        return this.resolve(`${base}/${rest}`, links + 1);
      }
      here = next;
    }
    return here;
  }

  private kindOf(path: string): "directory" | "symlink" | "other" | undefined {
    if (this.directories.has(path)) return "directory";
    try {
      const stat = lstatSync(this.place(path));
      return stat.isDirectory() ? "directory" : stat.isSymbolicLink() ? "symlink" : "other";
    } catch {
      return undefined;
    }
  }

  private place(path: string): Buffer {
    return Buffer.concat([Buffer.from(`${this.folder}/`), latin1(path)]);
  }
}

const PLAIN = {
  uid: 0,
  gid: 0,
  mtimeSeconds: Math.floor(Date.now() / 1000),
  target: "",
  data: new Uint8Array(0),
} as const;

/** The mode on the host: nothing that changes who a program runs as, and the owner may clean up. */
function hostMode(mode: number): number {
  return (mode & 0o777) | 0o600;
}

function normalize(path: string): string {
  return path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");
}

function latin1(text: string): Buffer {
  return Buffer.from(text, "latin1");
}
