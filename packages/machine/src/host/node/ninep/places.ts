// SPDX-License-Identifier: MPL-2.0

import { constants, lstatSync, realpathSync, type BigIntStats } from "node:fs";

/** An error that goes to the guest as its number. */
export class HostError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/**
 * Names below one folder of the host. Nothing outside it can be named: components are plain names,
 * and every folder on the way must be itself and no symbolic link, whatever the guest (or another
 * program of the host) has put there since.
 */
export class Places {
  private readonly root: Buffer;

  /** Throws where the folder does not exist. */
  constructor(folder: string) {
    const real = realpathSync.native(folder, { encoding: "buffer" });
    this.root = real.length === 1 ? Buffer.alloc(0) : real;
    if (!this.stat([]).isDirectory()) throw new HostError("ENOTDIR");
  }

  /** The path of the file at `names`, whose folder has been checked; the file may be anything. */
  path(names: readonly string[]): Buffer {
    for (const name of names) checkName(name);
    if (names.length > 0) this.checkFolder(names.slice(0, -1));
    return this.join(names);
  }

  /** What is at `names`; a symbolic link is told about itself. */
  stat(names: readonly string[]): BigIntStats {
    return lstatSync(this.path(names), { bigint: true });
  }

  /** The path of a file that is no symbolic link, for calls that would follow one. */
  pathOfPlain(names: readonly string[]): Buffer {
    const path = this.path(names);
    const isLink = (lstatSync(path).mode & constants.S_IFMT) === constants.S_IFLNK;
    if (isLink) throw new HostError("ELOOP");
    return path;
  }

  /** The path of a folder. */
  pathOfFolder(names: readonly string[]): Buffer {
    this.checkFolder(names);
    return this.join(names);
  }

  private checkFolder(names: readonly string[]): void {
    const path = this.join(names);
    const real = realpathSync.native(path, { encoding: "buffer" });
    const expected = path.length === 0 ? Buffer.from("/") : path;
    if (!real.equals(expected)) throw new HostError("ELOOP");
    if (!lstatSync(real).isDirectory()) throw new HostError("ENOTDIR");
  }

  private join(names: readonly string[]): Buffer {
    if (names.length === 0) return this.root.length === 0 ? Buffer.from("/") : this.root;
    return Buffer.concat([this.root, Buffer.from(`/${names.join("/")}`, "latin1")]);
  }
}

/** A component as walks may have it: neither empty nor "." nor "..", and without slashes. */
export function checkName(name: string): void {
  if (name === "" || name === "." || name === ".." || /[/\0]/.test(name)) {
    throw new HostError("EINVAL");
  }
}
