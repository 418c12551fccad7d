// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import { AT_FDCWD } from "../../abi/fcntl.ts";
import { S } from "../../abi/stat.ts";
import { DiskDevice } from "../../device/block/disk-device.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import type { FileSystem, FileSystemType, Mounter } from "../file-system.ts";
import { MS } from "../mount.ts";
import type { Vfs } from "../vfs.ts";
import { Ext2 } from "./ext2.ts";
import { isKnownOption } from "./options.ts";

class Ext2Type implements FileSystemType {
  readonly name = "ext2";
  readonly nodev = false;
  create(
    vfs: Vfs,
    _device: number,
    source: string,
    options: string,
    mounter?: Mounter,
  ): FileSystem | Result {
    if (mounter === undefined) return fail(Errno.ENODEV);
    const disk = findDisk(vfs, source, mounter);
    if (typeof disk === "number") return disk;
    if (!isKnownOption(options)) {
      vfs.kernel.log.error(`EXT2-fs (${disk.name}): error: unknown option in "${options}"`);
      return fail(Errno.EINVAL, "an option of ext2 is unknown");
    }
    if (disk.disk.readOnly && !mounter.readOnly) {
      return fail(Errno.EACCES, "the disk is read-only");
    }
    // A disk has one file system, however often it is mounted.
    for (const { fs } of vfs.mounts.list()) {
      if (!(fs instanceof Ext2) || fs.device !== disk.number) continue;
      return fs.readOnly === mounter.readOnly ? fs : fail(Errno.EBUSY, "mounted in another way");
    }
    return Ext2.open(vfs, disk, mounter.readOnly);
  }
}

export const EXT2_TYPE: FileSystemType = new Ext2Type();

/** The disk that the device node `source` names (mount(2)). */
function findDisk(vfs: Vfs, source: string, { thread }: Mounter): DiskDevice | Result {
  const path = vfs.resolve(thread, AT_FDCWD, source, 0);
  if (typeof path === "number") return path;
  const { inode, mount } = path;
  if (inode.type !== S.IFBLK) return fail(Errno.ENOTBLK);
  if ((mount.flags & MS.NODEV) !== 0) return fail(Errno.EACCES);
  const device = thread.kernel.devices.find("block", inode.rdev);
  return device instanceof DiskDevice ? device : fail(Errno.ENXIO, "no such disk");
}
