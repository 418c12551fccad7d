// SPDX-License-Identifier: MPL-2.0

import type { BootInfo, MemoryRegion } from "@aster/hardware";
import { writeAcpiTables, type AcpiContents } from "./acpi.ts";
import { MAX_RAM_WINDOW_BYTES, PAGE_SIZE } from "../devices/memory-map.ts";

/** In page 0, which is reserved; not at 0, which would look like no table. */
const ACPI_BASE = 0x100;

/** The program that the host wants loaded and told. */
export interface BootOptions {
  readonly kernelCommandLine: string;
  /** A cpio archive, plain or gzip; the kernel unpacks it. */
  readonly initramfs: Uint8Array | undefined;
  /** What the ACPI tables in page 0 tell; no tables without it. */
  readonly acpi?: AcpiContents;
}

/**
 * Acts as the boot loader: copies the initramfs to the top of RAM and describes memory.
 * Page 0 is reserved, so that no frame has the address of a null pointer.
 */
export function loadBootInfo(ram: Uint8Array, options: BootOptions): BootInfo {
  const { initramfs } = options;
  const regions: MemoryRegion[] = [{ base: 0, length: PAGE_SIZE, type: "reserved" }];
  if (initramfs === undefined || initramfs.length === 0) {
    addUsable(regions, PAGE_SIZE, ram.length);
    return describe(ram, options, undefined, regions);
  }
  const length = Math.ceil(initramfs.length / PAGE_SIZE) * PAGE_SIZE;
  const base = placeAtTop(ram.length, length);
  // Half of RAM must remain, or nothing could be unpacked.
  if (length > ram.length / 2 || base < PAGE_SIZE) {
    throw new RangeError(
      `an initramfs of ${initramfs.length} bytes needs more than ${ram.length} bytes of memory`,
    );
  }
  ram.set(initramfs, base);
  addUsable(regions, PAGE_SIZE, base);
  regions.push({ base, length, type: "module" });
  addUsable(regions, base + length, ram.length);
  return describe(ram, options, { base, length: initramfs.length }, regions);
}

/** The highest place for `length` bytes that lies in one window of RAM. */
function placeAtTop(ramBytes: number, length: number): number {
  const windowStart = Math.floor((ramBytes - 1) / MAX_RAM_WINDOW_BYTES) * MAX_RAM_WINDOW_BYTES;
  return ramBytes - length >= windowStart ? ramBytes - length : windowStart - length;
}

/** Regions end where windows do, so that each is one run of bytes. */
function addUsable(regions: MemoryRegion[], start: number, end: number): void {
  for (let base = start; base < end;) {
    const next = (Math.floor(base / MAX_RAM_WINDOW_BYTES) + 1) * MAX_RAM_WINDOW_BYTES;
    const length = Math.min(next, end) - base;
    regions.push({ base, length, type: "usable" });
    base += length;
  }
}

function describe(
  ram: Uint8Array,
  options: BootOptions,
  initramfs: BootInfo["initramfs"],
  memoryRegions: readonly MemoryRegion[],
): BootInfo {
  return {
    bootloaderName: "aster-machine",
    kernelCommandLine: options.kernelCommandLine,
    initramfs,
    memoryRegions,
    ...(options.acpi && { acpiRsdp: writeAcpiTables(ram, ACPI_BASE, options.acpi) }),
  };
}
