// SPDX-License-Identifier: MPL-2.0

import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { VirtioEntropy, createMachine } from "@aster/machine";
import { main, memoryStatistics } from "@aster/ostd";
import { bootKernel } from "@aster/ostd/boot";
import kernel, { EntropyDriver, findDevices } from "./entropy-driver.ts";

/** Boots `booted` beside an entropy device that gives 1, 2, 3 …; what it printed. */
async function run(booted: typeof kernel, iommu = false): Promise<string> {
  let printed = "";
  let next = 0;
  const machine = createMachine({
    ramBytes: 16 * 1024 * 1024,
    iommu,
    devices: [
      new VirtioEntropy((bytes) => {
        for (let i = 0; i < bytes.length; i++) bytes[i] = next += 1;
      }),
    ],
    earlyConsole: (byte) => {
      printed += String.fromCharCode(byte);
    },
  });
  expect(await bootKernel(booted, machine)).toBe(0);
  return printed;
}

test("the driver of the guide prints what the device gives, with an IOMMU and without", async () => {
  const expected = "random: 0102030405060708090a0b0c0d0e0f10\n";
  expect(await run(kernel)).toBe(expected);
  expect(await run(kernel, true)).toBe(expected);
});

test("requests follow one another, and the driver gives back all that it took", async () => {
  const lengths: number[] = [];
  let used: number[] = [];
  await run(
    main(async () => {
      const before = memoryStatistics().used;
      const driver = EntropyDriver.probe({ base: 0xd000_0000, line: 16 });
      if (typeof driver === "string") throw new Error(driver);
      for (const count of [1, 100, 4096, 5000]) lengths.push((await driver.read(count)).length);
      expect(EntropyDriver.probe({ base: 0xd000_0000, line: 16 })).toBe("AccessDenied");
      driver.drop();
      used = [before, memoryStatistics().used];
    }),
  );
  expect(lengths).toEqual([1, 100, 4096, 4096]);
  expect(used[1]).toBe(used[0]);
});

test("what is no entropy device is left alone", async () => {
  let answer: unknown;
  await run(
    main(() => {
      answer = EntropyDriver.probe({ base: 0xd000_1000, line: 17 });
    }),
  );
  expect(answer).toBe("another device");
  expect(findDevices("quiet virtio_mmio.device=512@0xd0000000:16 x=1")).toEqual([
    { base: 0xd000_0000, line: 16 },
  ]);
});

test("the guide prints this driver", () => {
  const read = (file: string): string =>
    readFileSync(new URL(file, import.meta.url), "utf8").replaceAll(/\s+/gu, " ");
  const guide = readFileSync(new URL("../../../docs/ostd-guide.md", import.meta.url), "utf8");
  const driver = read("entropy-driver.ts");
  const printed = [...guide.matchAll(/```ts\n(.*?)```/gsu)].map(([, code = ""]) => code);
  expect(printed.length).toBeGreaterThan(3);
  for (const code of printed) {
    expect(driver).toContain(code.replaceAll(/\s+/gu, " ").trim());
  }
});
