// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import { DiskDevice } from "../../device/block/disk-device.ts";
import type { Device } from "../../device/device.ts";
import type { Kernel } from "../../kernel.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import type { ProcContext, ProcEntry } from "../procfs/text.ts";

export function disksOf(kernel: Kernel): readonly DiskDevice[] {
  const disks: DiskDevice[] = [];
  for (const device of kernel.devices.list("block")) {
    if (device instanceof DiskDevice) disks.push(device);
  }
  return disks;
}

export const numberOf = (device: Device): string => `${device.major}:${device.minor}`;

/** A file about a disk: `name` is the disk's, so that entries stay constants. */
function ofDisk(tell: (disk: DiskDevice, nowNs: number) => string): ProcEntry["render"] {
  return ({ reader }: ProcContext, name: string): string | Result => {
    const disk = disksOf(reader.kernel).find((one) => one.name === name);
    return disk === undefined
      ? fail(Errno.ENODEV, "the disk is gone")
      : `${tell(disk, reader.kernel.clock.monotonicNs())}\n`;
  };
}

const always = (text: string): ProcEntry["render"] => ofDisk(() => text);

export type DiskFiles = ReadonlyMap<string, ProcEntry["render"]>;

/** Files of a disk's directory (sysfs-block in the kernel's documentation). */
export const DISK_FILES: DiskFiles = new Map(
  Object.entries({
    alignment_offset: always("0"),
    dev: ofDisk(numberOf),
    discard_alignment: always("0"),
    ext_range: always("256"),
    hidden: always("0"),
    range: always("16"),
    removable: always("0"),
    ro: ofDisk(({ disk }) => (disk.readOnly ? "1" : "0")),
    stat: ofDisk(({ disk }, nowNs) =>
      disk.statistics
        .columns(nowNs)
        .map((value) => String(value).padStart(8))
        .join(" "),
    ),
    size: ofDisk(({ disk }) => String(disk.sectors)),
    uevent: ofDisk(
      (device) =>
        `MAJOR=${device.major}\nMINOR=${device.minor}\nDEVNAME=${device.name}\nDEVTYPE=disk`,
    ),
  }),
);

/** Of the device that the disk is on: virtio's number of block devices, and its vendor. */
export const HARDWARE_FILES: DiskFiles = new Map(
  Object.entries({
    device: always("0x0002"),
    modalias: always("virtio:d00000002v00001AF4"),
    vendor: always("0x1af4"),
  }),
);

export const QUEUE_FILES: DiskFiles = new Map(
  Object.entries({
    discard_granularity: always("0"),
    discard_max_bytes: always("0"),
    hw_sector_size: always("512"),
    logical_block_size: always("512"),
    minimum_io_size: always("512"),
    nr_requests: always("128"),
    optimal_io_size: always("0"),
    physical_block_size: always("512"),
    read_ahead_kb: always("0"),
    rotational: always("0"),
    scheduler: always("[none]"),
    write_cache: always("write back"),
    zoned: always("none"),
  }),
);

/** A file that tells what its inode has as its name: a device's number, or its uevent. */
export const NAME_ENTRY: ProcEntry = { name: "name", render: (_context, name) => `${name}\n` };
