// SPDX-License-Identifier: MPL-2.0

import { S } from "../../abi/stat.ts";
import type { FileSystem, FileSystemType } from "../file-system.ts";
import { createRamFs } from "../ramfs/ramfs.ts";

/** The directories that programs look for; nothing is in them yet. */
const DIRECTORIES: readonly string[] = [
  "block",
  "bus",
  "class",
  "dev",
  "devices",
  "firmware",
  "fs",
  "kernel",
  "module",
];

/** The file system at /sys: mount points and the outline of a tree, without attributes so far. */
export const SYSFS_TYPE: FileSystemType = {
  name: "sysfs",
  nodev: true,
  create(vfs, device): FileSystem {
    const fs = createRamFs(vfs, "sysfs", device);
    for (const name of DIRECTORIES) {
      fs.root.inode.create(name, { mode: S.IFDIR | 0o755, uid: 0, gid: 0, rdev: 0 });
    }
    return fs;
  },
};
