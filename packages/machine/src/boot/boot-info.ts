// SPDX-License-Identifier: MPL-2.0

import type { BootInfo, MemoryRegion } from "@aster/hardware";
import { PAGE_SIZE } from "../devices/memory-map.ts";

/** The program that the host wants loaded and told. */
export interface BootOptions {
  readonly kernelCommandLine: string;
  /** A cpio archive, plain or gzip; the kernel unpacks it. */
  readonly initramfs: Uint8Array | undefined;
}

/**
 * Acts as the boot loader: copies the initramfs to the top of RAM and describes memory.
 * Page 0 is reserved, so that no frame has the address of a null pointer.
 */
export function loadBootInfo(ram: Uint8Array, options: BootOptions): BootInfo {
  const { initramfs } = options;
  const regions: MemoryRegion[] = [{ base: 0, length: PAGE_SIZE, type: "reserved" }];
  if (initramfs === undefined || initramfs.length === 0) {
    regions.push({ base: PAGE_SIZE, length: ram.length - PAGE_SIZE, type: "usable" });
    return describe(options, undefined, regions);
  }
  const length = Math.ceil(initramfs.length / PAGE_SIZE) * PAGE_SIZE;
  const base = ram.length - length;
  // Half of RAM must remain, or nothing could be unpacked.
  if (base < ram.length / 2) {
    throw new RangeError(
      `an initramfs of ${initramfs.length} bytes needs more than ${ram.length} bytes of memory`,
    );
  }
  ram.set(initramfs, base);
  regions.push({ base: PAGE_SIZE, length: base - PAGE_SIZE, type: "usable" });
  regions.push({ base, length, type: "module" });
  return describe(options, { base, length: initramfs.length }, regions);
}

function describe(
  options: BootOptions,
  initramfs: BootInfo["initramfs"],
  memoryRegions: readonly MemoryRegion[],
): BootInfo {
  return {
    bootloaderName: "aster-machine",
    kernelCommandLine: options.kernelCommandLine,
    initramfs,
    memoryRegions,
  };
}
