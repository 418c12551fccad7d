// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import { S } from "../../abi/stat.ts";
import type { Kernel } from "../../kernel.ts";
import type { Dentry } from "../dentry.ts";
import { MS } from "../mount.ts";
import { Path } from "../path.ts";
import { RamDirectory } from "../ramfs/directory.ts";
import { addDentry } from "../walker.ts";

/**
 * Mounts the folders of the host that `aster.mount=TAG:MODE:PATH` names; PATH is absolute, with
 * bytes that a command line can not have as %XX. Directories on the way are made.
 */
export function mountHostFolders(kernel: Kernel): void {
  const { commandLine, log } = kernel;
  for (const text of commandLine.all("aster.mount")) {
    const [, tag = "", mode = "", place = ""] = /^([^:]+):(ro|cow|rw):(\/.*)$/.exec(text) ?? [];
    if (tag === "") {
      log.error(`aster.mount=${text}: expected TAG:ro|cow|rw:/PATH`);
      continue;
    }
    const trouble = mountFolder(kernel, tag, mode, decode(place));
    if (trouble !== undefined) log.error(`aster.mount=${text}: ${trouble}`);
  }
}

function mountFolder(kernel: Kernel, tag: string, mode: string, place: string): string | undefined {
  const { vfs } = kernel;
  const at = makeDirectories(kernel, place);
  if (typeof at === "string") return at;
  const fs = vfs.createFileSystem("9p", tag, mode);
  if (typeof fs === "number") {
    return fs === -Errno.ENXIO ? "no device offers the folder" : `it can not be mounted (${-fs})`;
  }
  vfs.mount(fs, at, tag, MS.RELATIME | (mode === "ro" ? MS.RDONLY : 0));
  return undefined;
}

/** The place of `pathname`, with directories made where there are none; what is wrong as a text. */
function makeDirectories(kernel: Kernel, pathname: string): Path | string {
  const { vfs } = kernel;
  let mount = vfs.rootMount;
  let dentry: Dentry = mount.root;
  for (const name of pathname.split("/")) {
    if (name === "" || name === ".") continue;
    if (name === "..") return "the path has a ..";
    const { inode } = dentry;
    if (!(inode instanceof RamDirectory)) return `there is no directory for ${name}`;
    const found = inode.lookup(undefined, name);
    const next =
      typeof found === "number"
        ? inode.create(name, { mode: S.IFDIR | 0o755, uid: 0, gid: 0, rdev: 0 })
        : found;
    if (typeof next === "number") return `the directory ${name} can not be made`;
    if (!next.isDirectory) return `${name} is no directory`;
    dentry = dentry.children?.get(name) ?? addDentry(dentry, name, next);
    for (let above = dentry.mountedIn(mount); above !== undefined;) {
      mount = above;
      dentry = above.root;
      above = dentry.mountedIn(mount);
    }
  }
  return dentry === vfs.rootMount.root ? "the root can not be covered" : new Path(mount, dentry);
}

function decode(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(parseInt(hex, 16)),
  );
}
