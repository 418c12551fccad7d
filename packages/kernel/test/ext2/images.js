// SPDX-License-Identifier: MPL-2.0
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { DiskDevice } from "../../src/device/block/disk-device.js";
import { MemoryDisk } from "../../src/testing/memory-disk.js";
export function ext2Image(name) {
    const path = new URL(`./${name}.img.gz`, import.meta.url);
    return new Uint8Array(gunzipSync(readFileSync(path)));
}
/** Gives the kernel a disk with these bytes, as /NAME (vda, vdb, ...). */
export function addDisk(kernel, bytes, index = 0, readOnly = false) {
    const disk = new MemoryDisk(`vd${String.fromCharCode(0x61 + index)}`, bytes, readOnly);
    const device = new DiskDevice(disk, index);
    kernel.kernel.devices.register(device);
    kernel.thread.call("mknod", `/${disk.name}`, 0o060600, device.number);
    return disk;
}
//# sourceMappingURL=images.js.map