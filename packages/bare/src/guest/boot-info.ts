// SPDX-License-Identifier: MPL-2.0

import type {
  BootInfo,
  MemoryRegion,
  MemoryRegionType,
  ProcessorIdentity,
  RamWindow,
} from "@aster/hardware";
import type { Native, NativeBootInfo } from "./native.ts";

const PAGE = 4096;
const MAX_WINDOW = 0x4000_0000;

/** Types of the BIOS's E820 (ACPI specification, "System address map interfaces"). */
const REGION_TYPES: Readonly<Record<number, MemoryRegionType>> = {
  1: "usable",
  2: "reserved",
  3: "reclaimable",
  4: "reserved",
  5: "bad",
};

interface Range {
  readonly base: number;
  readonly end: number;
}

/** What the loader told, as OSTD wants it. */
export function readBootInfo(
  boot: NativeBootInfo,
  acpiRsdp?: number,
  processor?: ProcessorIdentity,
): BootInfo {
  const { initramfsBase, initramfsLength } = boot;
  const holes: Range[] = [...kernelRanges(boot)];
  const regions: MemoryRegion[] = holes.map((range) => toRegion(range, "kernel"));
  const map = e820(boot);
  const module = modulePages(boot);
  if (module !== undefined) {
    holes.push(module);
    const reserved = map.filter(({ type }) => type !== "usable").map(({ range }) => range);
    for (const part of subtract(module, reserved)) regions.push(toRegion(part, "module"));
  }
  for (const { range, type } of map) {
    if (type === "usable") {
      for (const part of subtract(range, holes)) {
        regions.push(toRegion(part, type));
      }
    } else {
      regions.push(toRegion(range, type));
    }
  }
  regions.sort((left, right) => left.base - right.base);
  return {
    bootloaderName: boot.loader,
    kernelCommandLine: boot.commandLine,
    initramfs: initramfsLength > 0 ? { base: initramfsBase, length: initramfsLength } : undefined,
    memoryRegions: regions,
    ...(acpiRsdp !== undefined && { acpiRsdp }),
    ...(processor !== undefined && { processor }),
  };
}

/**
 * Windows on all RAM but the native runtime's. QEMU puts the initramfs a fixed way below the end of
 * RAM, and firmware that drives many disks reserves more than that: what the initramfs stands in is
 * RAM all the same, though nobody gets it when the initramfs has been read.
 */
export function ramWindows(native: Native, boot: NativeBootInfo): RamWindow[] {
  const windows: RamWindow[] = [];
  const module = modulePages(boot);
  for (const { range, type } of e820(boot)) {
    const ram = type === "usable" ? range : intersect(range, module);
    for (const { base, end } of subtract(ram, kernelRanges(boot))) {
      for (let at = base; at < end; at += MAX_WINDOW) {
        const length = Math.min(MAX_WINDOW, end - at);
        windows.push({ base: at, bytes: new Uint8Array(native.ram(at, length)) });
      }
    }
  }
  return windows.sort((left, right) => left.base - right.base);
}

/** The loader's memory map; usable ranges in whole pages and where we can reach them. */
function e820(boot: NativeBootInfo): { range: Range; type: MemoryRegionType }[] {
  const { regions } = boot;
  const found: { range: Range; type: MemoryRegionType }[] = [];
  for (let i = 0; i < regions.length; i += 3) {
    const base = regions[i] ?? 0;
    const end = base + (regions[i + 1] ?? 0);
    const type = REGION_TYPES[regions[i + 2] ?? 0] ?? "unknown";
    const range =
      type === "usable"
        ? {
            base: Math.ceil(base / PAGE) * PAGE,
            end: Math.floor(Math.min(end, boot.mappedEnd) / PAGE) * PAGE,
          }
        : { base, end };
    if (range.end > range.base) {
      found.push({ range, type });
    }
  }
  return found;
}

/** Image and heap; one range where they touch. */
function kernelRanges(boot: NativeBootInfo): readonly Range[] {
  const { kernelStart, kernelEnd, heapStart, heapEnd } = boot;
  if (heapStart === kernelEnd) return [{ base: kernelStart, end: heapEnd }];
  return [
    { base: kernelStart, end: kernelEnd },
    { base: heapStart, end: heapEnd },
  ];
}

/** The whole pages of the initramfs. */
function modulePages({ initramfsBase, initramfsLength }: NativeBootInfo): Range | undefined {
  if (initramfsLength === 0) return undefined;
  return {
    base: Math.floor(initramfsBase / PAGE) * PAGE,
    end: Math.ceil((initramfsBase + initramfsLength) / PAGE) * PAGE,
  };
}

/** What both have in common; empty where they have nothing. */
function intersect(range: Range, other: Range | undefined): Range {
  if (other === undefined) return { base: range.base, end: range.base };
  const base = Math.max(range.base, other.base);
  return { base, end: Math.max(base, Math.min(range.end, other.end)) };
}

/** What is left of a range without the holes. */
function subtract(range: Range, holes: readonly Range[]): Range[] {
  let parts: Range[] = [range];
  for (const hole of holes) {
    parts = parts.flatMap(({ base, end }) =>
      [
        { base, end: Math.min(end, hole.base) },
        { base: Math.max(base, hole.end), end },
      ].filter((part) => part.end > part.base),
    );
  }
  return parts;
}

function toRegion(range: Range, type: MemoryRegionType): MemoryRegion {
  return { base: range.base, length: range.end - range.base, type };
}
