// SPDX-License-Identifier: MPL-2.0

import { S } from "../../abi/stat.ts";
import type { Device } from "../../device/device.ts";
import type { DeviceListener } from "../../device/registry.ts";
import type { Dentry } from "../dentry.ts";
import type { Inode } from "../inode.ts";
import { RamDirectory } from "../ramfs/directory.ts";
import type { RamFs } from "../ramfs/ramfs.ts";
import { addDentry } from "../walker.ts";

/** Keeps a ramfs filled with the nodes of the devices that there are: /dev. */
export class DeviceNodes implements DeviceListener {
  private readonly fs: RamFs;

  constructor(fs: RamFs) {
    this.fs = fs;
  }

  deviceAdded(device: Device): void {
    const type = device.kind === "char" ? S.IFCHR : S.IFBLK;
    const { mode, gid, number } = device;
    this.place(device.name, (directory, name) =>
      directory.create(name, { mode: type | mode, uid: 0, gid, rdev: number }),
    );
  }

  deviceRemoved(device: Device): void {
    const found = this.parentOf(device.name);
    const inode = found?.parent.inode.lookupName(found.name);
    if (found === undefined || inode === undefined || inode.rdev !== device.number) {
      return;
    }
    found.parent.inode.unlink(found.name, inode);
    const dentry = found.parent.dentry.children?.get(found.name);
    if (dentry !== undefined) {
      dentry.unlinked = true;
      found.parent.dentry.children?.delete(found.name);
    }
  }

  linkAdded(name: string, target: string): void {
    this.place(name, (directory, last) => directory.symlink(last, target, 0, 0));
  }

  /** Makes a directory and those above it. */
  directoryAdded(name: string, mode: number): void {
    this.place(name, (directory, last) =>
      directory.create(last, { mode: S.IFDIR | mode, uid: 0, gid: 0, rdev: 0 }),
    );
  }

  /** Makes `name` by `make`, unless the name is taken. */
  private place(
    name: string,
    make: (directory: RamDirectory, last: string) => Inode | number,
  ): void {
    const found = this.parentOf(name);
    if (found === undefined || found.parent.inode.lookupName(found.name) !== undefined) {
      return;
    }
    make(found.parent.inode, found.name);
  }

  /** The directory of `name`, made where it is missing; undefined where a file is in the way. */
  private parentOf(
    name: string,
  ):
    | { readonly parent: { dentry: Dentry; inode: RamDirectory }; readonly name: string }
    | undefined {
    const parts = name.split("/");
    const last = parts.pop() ?? "";
    let dentry = this.fs.root;
    for (const part of parts) {
      const below = subdirectory(dentry, part);
      if (below === undefined) {
        return undefined;
      }
      dentry = below;
    }
    const { inode } = dentry;
    return inode instanceof RamDirectory ? { parent: { dentry, inode }, name: last } : undefined;
  }
}

function subdirectory(dentry: Dentry, name: string): Dentry | undefined {
  const { inode } = dentry;
  if (!(inode instanceof RamDirectory)) {
    return undefined;
  }
  const kept = dentry.children?.get(name);
  if (kept !== undefined) {
    return kept;
  }
  const found =
    inode.lookupName(name) ??
    inode.create(name, { mode: S.IFDIR | 0o755, uid: 0, gid: 0, rdev: 0 });
  return typeof found === "number" ? undefined : addDentry(dentry, name, found);
}
