// SPDX-License-Identifier: MPL-2.0

import type { FileSystem, FileSystemType } from "../file-system.ts";
import { createLimitedRamFs } from "../ramfs/ramfs.ts";
import type { RamFs } from "../ramfs/ramfs.ts";
import type { Vfs } from "../vfs.ts";
import { DeviceNodes } from "./device-nodes.ts";

/** Links that programs expect in /dev, besides those of the drivers. */
const LINKS: readonly (readonly [string, string])[] = [
  ["fd", "/proc/self/fd"],
  ["stdin", "/proc/self/fd/0"],
  ["stdout", "/proc/self/fd/1"],
  ["stderr", "/proc/self/fd/2"],
];

/** The file system at /dev: a node for each device, and what programs add. */
export function createDevFs(vfs: Vfs): RamFs {
  const fs = createLimitedRamFs(vfs, "devtmpfs", vfs.takeAnonymousDevice());
  const nodes = new DeviceNodes(fs);
  nodes.directoryAdded("pts", 0o755);
  nodes.directoryAdded("shm", 0o1777);
  for (const [name, target] of LINKS) {
    nodes.linkAdded(name, target);
  }
  vfs.kernel.devices.subscribe(nodes);
  return fs;
}

/** All mounts of devtmpfs show the one that there is. */
class DevtmpfsType implements FileSystemType {
  readonly name = "devtmpfs";
  readonly nodev = true;
  create(vfs: Vfs): FileSystem {
    return vfs.devices;
  }
}

export const DEVTMPFS_TYPE: FileSystemType = new DevtmpfsType();
