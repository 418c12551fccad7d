// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import { CREATION_FLAGS, O } from "../../abi/fcntl.ts";
import type { OpenFile } from "../../fs/file.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { Device } from "../device.ts";
import type { DeviceOpen } from "../device.ts";
import type { BlockDevice } from "./block-device.ts";
import { BufferCache } from "./buffer-cache.ts";
import { DiskFile } from "./disk-file.ts";

/** Major of virtio disks: Linux takes one from the dynamic range, commonly this. */
const VIRTBLK_MAJOR = 254;
/** Minor numbers per disk, of which partitions would take the rest. */
const MINORS_PER_DISK = 16;

/** A whole disk: /dev/vda. */
export class DiskDevice extends Device {
  readonly disk: BlockDevice;
  readonly cache: BufferCache;

  constructor(disk: BlockDevice, index: number) {
    super("block", VIRTBLK_MAJOR, index * MINORS_PER_DISK, disk.name);
    this.disk = disk;
    this.cache = new BufferCache(disk);
  }

  open({ flags, location }: DeviceOpen): OpenFile | Result {
    const writes = (flags & O.ACCMODE) !== O.RDONLY;
    if (writes && this.disk.readOnly) return fail(Errno.EACCES, "the disk is read-only");
    return new DiskFile(this, flags & ~CREATION_FLAGS, location);
  }
}
