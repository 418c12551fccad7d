// SPDX-License-Identifier: MPL-2.0

import { S } from "../abi/stat.ts";
import type { Kernel } from "../kernel.ts";
import { DEVTMPFS_TYPE } from "./devfs/devfs.ts";
import { DEVPTS } from "./devpts/devpts.ts";
import { EXT2_TYPE } from "./ext2/ext2-type.ts";
import { HOST_TYPE } from "./ninep/host-fs.ts";
import { unpackInitramfs } from "./initramfs/unpack.ts";
import type { UnpackResult } from "./initramfs/unpack.ts";
import { MS } from "./mount.ts";
import type { Mount } from "./mount.ts";
import { Path } from "./path.ts";
import { PROC_TYPE } from "./procfs/procfs.ts";
import { RamDirectory } from "./ramfs/directory.ts";
import { RAMFS_TYPE, TMPFS_TYPE } from "./ramfs/ramfs.ts";
import { SYSFS_TYPE } from "./sysfs/sysfs.ts";
import { addDentry } from "./walker.ts";

/** Makes the file systems known by their names, as boot's first step with files. */
export function registerFileSystems(kernel: Kernel): void {
  for (const type of [
    SYSFS_TYPE,
    TMPFS_TYPE,
    PROC_TYPE,
    DEVTMPFS_TYPE,
    RAMFS_TYPE,
    DEVPTS,
    EXT2_TYPE,
    HOST_TYPE,
  ]) {
    kernel.vfs.registerType(type);
  }
}

/** Fills the root directory from the initramfs; without one it stays empty. */
export function unpackRoot(kernel: Kernel, initramfs: Uint8Array | undefined): UnpackResult {
  if (initramfs === undefined) {
    kernel.log.warn("initramfs: there is none");
    return { files: 0, error: "there is none" };
  }
  return unpackInitramfs(kernel.log, kernel.vfs.rootMount.root.inode, initramfs);
}

/** Mounts /dev, and makes the directory where the initramfs has none. */
export function mountDevices(kernel: Kernel): void {
  const { vfs } = kernel;
  const top = vfs.rootMount.root;
  const { inode } = top;
  if (!(inode instanceof RamDirectory)) {
    return;
  }
  const existing = inode.lookupName("dev");
  const directory =
    existing ?? inode.create("dev", { mode: S.IFDIR | 0o755, uid: 0, gid: 0, rdev: 0 });
  if (typeof directory === "number" || !directory.isDirectory) {
    kernel.log.error("devtmpfs: /dev is no directory");
    return;
  }
  const dentry = top.children?.get("dev") ?? addDentry(top, "dev", directory);
  const mount = vfs.mount(
    vfs.devices,
    new Path(vfs.rootMount, dentry),
    "devtmpfs",
    MS.NOSUID | MS.RELATIME,
  );
  mountTerminals(kernel, mount);
}

/** /dev/pts, for the slave ends of pseudo-terminals. */
function mountTerminals(kernel: Kernel, devices: Mount): void {
  const { vfs } = kernel;
  const top = vfs.devices.root;
  const directory = top.inode instanceof RamDirectory ? top.inode.lookupName("pts") : undefined;
  const fs = vfs.createFileSystem("devpts", "devpts", "gid=5,mode=620,ptmxmode=666");
  if (directory === undefined || typeof fs === "number") {
    kernel.log.error("devpts: /dev/pts can not be mounted");
    return;
  }
  const dentry = top.children?.get("pts") ?? addDentry(top, "pts", directory);
  vfs.mount(fs, new Path(devices, dentry), "devpts", MS.NOSUID | MS.NOEXEC | MS.RELATIME);
}
