// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import type { BootInfo } from "@aster/hardware";
import { bootInfo, fillRandom, readInitramfs, releaseInitramfs } from "./main.ts";
import { memoryStatistics } from "./mm/frame.ts";
import { PAGE_SIZE } from "./mm/page.ts";
import { FakeHardware, enterTestSystem } from "./testing.ts";
import type { TestSystem } from "./testing.ts";

const RAM_BYTES = 64 * PAGE_SIZE;

function enter(info: Partial<BootInfo>): TestSystem {
  const hardware = new FakeHardware({ ramBytes: RAM_BYTES });
  Object.defineProperty(hardware, "bootInfo", { value: { ...hardware.bootInfo, ...info } });
  return enterTestSystem({ hardware });
}

test("all usable memory but frame 0 and the initramfs is given to the allocator, once", () => {
  const all = enter({});
  expect(memoryStatistics().total).toBe(63);
  all.leave();
  for (const base of [1, 20, 62].map((frame) => frame * PAGE_SIZE)) {
    const system = enter({ initramfs: { base, length: PAGE_SIZE + 1 } });
    // Two frames hold the initramfs.
    expect(memoryStatistics().total).toBe(61);
    expect(releaseInitramfs()).toBe(true);
    expect(memoryStatistics().total).toBe(63);
    expect(releaseInitramfs()).toBe(false);
    expect(readInitramfs()).toBeUndefined();
    system.leave();
  }
});

test("only whole frames of usable regions are used", () => {
  const system = enter({
    memoryRegions: [
      { base: 0, length: 0x1800, type: "reserved" },
      { base: 0x1800, length: 0x3000, type: "usable" },
      { base: 0x5000, length: 0x1000, type: "kernel" },
      { base: 0x6000, length: 0x400, type: "usable" },
      { base: 0x10000, length: 0x2000, type: "usable" },
    ],
  });
  // Frames 2 and 3, and 16 and 17.
  expect(memoryStatistics().total).toBe(4);
  system.leave();
});

test("an initramfs in a region of its own is released to the allocator", () => {
  const system = enter({
    initramfs: { base: 0x8000, length: 0x1800 },
    memoryRegions: [
      { base: 0x1000, length: 0x7000, type: "usable" },
      { base: 0x8000, length: 0x2000, type: "module" },
    ],
  });
  expect(memoryStatistics().total).toBe(7);
  releaseInitramfs();
  expect(memoryStatistics().total).toBe(9);
  system.leave();
});

test("the initramfs is copied out as it was loaded", () => {
  const initramfs = Uint8Array.from({ length: 5000 }, (_, i) => i % 256);
  const system = enterTestSystem({ initramfs, commandLine: "init=/bin/sh quiet" });
  expect(readInitramfs()).toEqual(initramfs);
  expect(bootInfo().kernelCommandLine).toBe("init=/bin/sh quiet");
  expect(bootInfo().bootloaderName).toBe("fake");
  system.leave();
});

test("a usable region outside RAM is a panic", () => {
  expect(() =>
    enter({ memoryRegions: [{ base: 0, length: RAM_BYTES + PAGE_SIZE, type: "usable" }] }),
  ).toThrow("no RAM");
});

test("random bytes come from the machine", () => {
  const system = enterTestSystem();
  const bytes = new Uint8Array(32);
  fillRandom(bytes);
  expect(new Set(bytes).size).toBeGreaterThan(10);
  system.leave();
});
