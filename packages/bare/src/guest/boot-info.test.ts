// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { ramWindows, readBootInfo } from "./boot-info.ts";
import type { Native, NativeBootInfo } from "./native.ts";

const MIB = 0x10_0000;
const USABLE = 1;
const RESERVED = 2;

function boot(regions: readonly number[], initramfs: readonly [number, number]): NativeBootInfo {
  return {
    loader: "PVH",
    commandLine: "quiet",
    initramfsBase: initramfs[0],
    initramfsLength: initramfs[1],
    rsdp: 0,
    kernelStart: 2 * MIB,
    kernelEnd: 8 * MIB,
    heapStart: 8 * MIB,
    heapEnd: 32 * MIB,
    mappedEnd: 4096 * MIB,
    regions,
  };
}

test("usable memory is without the kernel, the initramfs and parts of pages", () => {
  const info = readBootInfo(
    boot(
      [0, 0x9_fc00, USABLE, 0xf_0000, 0x1_0000, RESERVED, MIB, 63 * MIB, USABLE],
      [60 * MIB, 5000],
    ),
  );
  expect(info.initramfs).toEqual({ base: 60 * MIB, length: 5000 });
  expect(info.memoryRegions).toEqual([
    { base: 0, length: 0x9_f000, type: "usable" },
    { base: 0xf_0000, length: 0x1_0000, type: "reserved" },
    { base: MIB, length: MIB, type: "usable" },
    { base: 2 * MIB, length: 30 * MIB, type: "kernel" },
    { base: 32 * MIB, length: 28 * MIB, type: "usable" },
    { base: 60 * MIB, length: 8192, type: "module" },
    { base: 60 * MIB + 8192, length: 4 * MIB - 8192, type: "usable" },
  ]);
});

test("a heap that stands apart from the image is left out too", () => {
  const info = readBootInfo({
    ...boot([MIB, 63 * MIB, USABLE], [0, 0]),
    heapStart: 40 * MIB,
    heapEnd: 64 * MIB,
  });
  expect(info.memoryRegions).toEqual([
    { base: MIB, length: MIB, type: "usable" },
    { base: 2 * MIB, length: 6 * MIB, type: "kernel" },
    { base: 8 * MIB, length: 32 * MIB, type: "usable" },
    { base: 40 * MIB, length: 24 * MIB, type: "kernel" },
  ]);
});

test("windows cover RAM but the kernel's, below 4 GiB, in pieces of 1 GiB", () => {
  const asked: [number, number][] = [];
  const native = {
    ram(base: number, length: number): ArrayBuffer {
      asked.push([base, length]);
      return new ArrayBuffer(0);
    },
  } as unknown as Native;
  const gib = 1024 * MIB;
  ramWindows(native, boot([MIB, 2 * gib, USABLE, 4 * gib, gib, USABLE], [0, 0]));
  expect(asked).toEqual([
    [MIB, MIB],
    [32 * MIB, gib],
    [gib + 32 * MIB, gib - 31 * MIB],
  ]);
});

test("an initramfs that reaches into what the firmware reserves is RAM, and stays reserved there", () => {
  const loaded = boot([MIB, 61 * MIB, USABLE, 62 * MIB, 2 * MIB, RESERVED], [61 * MIB, MIB + 5000]);
  expect(readBootInfo(loaded).memoryRegions.slice(-3)).toEqual([
    { base: 32 * MIB, length: 29 * MIB, type: "usable" },
    { base: 61 * MIB, length: MIB, type: "module" },
    { base: 62 * MIB, length: 2 * MIB, type: "reserved" },
  ]);
  const native = { ram: () => new ArrayBuffer(0) } as unknown as Native;
  const asked = ramWindows(native, loaded).map(({ base }) => base);
  expect(asked).toEqual([MIB, 32 * MIB, 62 * MIB]);
});
