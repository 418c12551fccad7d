// SPDX-License-Identifier: MPL-2.0

import { assert, type ContractCheck } from "./check.ts";

const PAGE = 4096;
const MAX_WINDOW = 0x4000_0000;
const MIN_USABLE = 8 * 1024 * 1024;

export const memoryChecks: readonly ContractCheck[] = [
  {
    name: "RAM is a list of page-aligned windows, ascending, without overlap",
    run(create) {
      let end = 0;
      const { ram } = create();
      assert(ram.length > 0, "there is no RAM");
      for (const { base, bytes } of ram) {
        assert(base >= end, "windows overlap or are out of order");
        assert(base % PAGE === 0 && bytes.length % PAGE === 0, "a window is not page-aligned");
        assert(bytes.byteOffset % PAGE === 0, "a window's byteOffset is not page-aligned");
        assert(bytes.length <= MAX_WINDOW, "a window is larger than 1 GiB");
        end = base + bytes.length;
      }
    },
  },
  {
    name: "RAM keeps what is written to it",
    run(create) {
      for (const { bytes } of create().ram) {
        bytes[bytes.length - 1] = 0xa5;
        bytes[bytes.length - PAGE] = 0x5a;
        assert(bytes[bytes.length - 1] === 0xa5, "the last byte was lost");
        assert(bytes[bytes.length - PAGE] === 0x5a, "the last page was lost");
      }
    },
  },
  {
    name: "memory regions do not overlap, and usable ones are RAM",
    run(create) {
      const hardware = create();
      const regions = [...hardware.bootInfo.memoryRegions].sort((a, b) => a.base - b.base);
      let end = 0;
      let usable = 0;
      for (const { base, length, type } of regions) {
        assert(base >= end, `the region at ${base} overlaps the one before it`);
        end = base + length;
        if (type !== "usable") continue;
        usable += length;
        assert(
          hardware.ram.some((w) => base >= w.base && end <= w.base + w.bytes.length),
          `the usable region at ${base} is not within a window of RAM`,
        );
      }
      assert(usable >= MIN_USABLE, `only ${usable} bytes are usable`);
    },
  },
  {
    name: "the initramfs is in RAM and not in a usable region",
    run(create) {
      const hardware = create();
      const { initramfs, memoryRegions } = hardware.bootInfo;
      if (initramfs === undefined) return;
      const start = initramfs.base;
      const end = start + initramfs.length;
      assert(
        hardware.ram.some((w) => start >= w.base && end <= w.base + w.bytes.length),
        "the initramfs is not in RAM",
      );
      for (const { base, length, type } of memoryRegions) {
        const overlaps = start < base + length && end > base;
        assert(!(type === "usable" && overlaps), "the initramfs is in a usable region");
      }
    },
  },
];
