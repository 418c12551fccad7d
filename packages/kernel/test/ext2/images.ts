// SPDX-License-Identifier: MPL-2.0

import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { DiskDevice } from "../../src/device/block/disk-device.ts";
import { MemoryDisk } from "../../src/testing/memory-disk.ts";
import type { TestKernel } from "../../src/testing/test-kernel.ts";

/** Empty file systems of mke2fs, by the size of their blocks (test/ext2/make-images.sh). */
export type Ext2Image = "blocks-1k" | "blocks-2k" | "blocks-4k";

export function ext2Image(name: Ext2Image): Uint8Array {
  const path = new URL(`./${name}.img.gz`, import.meta.url);
  return new Uint8Array(gunzipSync(readFileSync(path)));
}

/** Gives the kernel a disk with these bytes, as /NAME (vda, vdb, ...). */
export function addDisk(
  kernel: TestKernel,
  bytes: Uint8Array,
  index = 0,
  readOnly = false,
): MemoryDisk {
  const disk = new MemoryDisk(`vd${String.fromCharCode(0x61 + index)}`, bytes, readOnly);
  const device = new DiskDevice(disk, index);
  kernel.kernel.devices.register(device);
  kernel.thread.call("mknod", `/${disk.name}`, 0o060600, device.number);
  return disk;
}
