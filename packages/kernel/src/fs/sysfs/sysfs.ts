// SPDX-License-Identifier: MPL-2.0

import type { FileSystem, FileSystemType } from "../file-system.ts";
import type { Inode } from "../inode.ts";
import { ProcFs } from "../procfs/procfs.ts";
import { ProcStaticDirectory } from "../procfs/static-directory.ts";
import type { ProcTree } from "../procfs/static-directory.ts";
import { DeviceLinkDirectory, DiskListDirectory } from "./disks.ts";
import { KERNEL_TREE, SYSTEM_TREE } from "./machine-tree.ts";
import type { Vfs } from "../vfs.ts";

const SYSFS_MAGIC = 0x6265_6572;
const EMPTY: ProcTree = { files: [], directories: {} };

function makeRoot(fs: ProcFs): Inode {
  const devices = new Map<string, Inode>([["disks", new DiskListDirectory(fs, "directories")]]);
  const classes = new Map<string, Inode>([
    ["block", new DiskListDirectory(fs, "class-links")],
    ["tty", new DeviceLinkDirectory(fs, "tty")],
  ]);
  const byNumber = new Map<string, Inode>([
    ["block", new DiskListDirectory(fs, "number-links")],
    ["char", new DeviceLinkDirectory(fs, "number")],
  ]);
  const made = new Map<string, Inode>([
    ["block", new DiskListDirectory(fs, "block-links")],
    ["class", new ProcStaticDirectory(fs, EMPTY, "", classes)],
    ["dev", new ProcStaticDirectory(fs, EMPTY, "", byNumber)],
    [
      "devices",
      new ProcStaticDirectory(
        fs,
        { files: [], directories: { system: SYSTEM_TREE } },
        "sysfs/",
        devices,
      ),
    ],
  ]);
  const directories = {
    bus: EMPTY,
    firmware: EMPTY,
    // Where control groups are mounted, once there are any.
    fs: { files: [], directories: { cgroup: EMPTY } },
    kernel: KERNEL_TREE,
    module: EMPTY,
    power: { files: [], directories: {} },
  };
  return new ProcStaticDirectory(fs, { files: [], directories }, "sysfs/", made);
}

/** The file system at /sys (sysfs(5)): the processor, the disks and the terminals. */
class SysfsType implements FileSystemType {
  readonly name = "sysfs";
  readonly nodev = true;
  create(vfs: Vfs, device: number): FileSystem {
    return new ProcFs(vfs, "sysfs", device, SYSFS_MAGIC, makeRoot);
  }
}

export const SYSFS_TYPE: FileSystemType = new SysfsType();
