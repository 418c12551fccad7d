// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { FakeHardware } from "../testing.ts";
import { Ram } from "./ram.unsafe.ts";

/** Two windows that touch, and a third one behind a gap. */
function createRam(): Ram {
  const hardware = new FakeHardware();
  const windows = [0, 0x1000, 0x10_0000].map((base) => ({ base, bytes: new Uint8Array(0x1000) }));
  Object.defineProperty(hardware, "ram", { value: windows });
  return new Ram(hardware);
}

test("copies go across windows that touch", () => {
  const ram = createRam();
  const bytes = Uint8Array.from({ length: 0x800 }, (_, i) => i % 250);
  ram.write(0xc00, bytes, 0, 0x800);
  ram.copy(0x10_0100, 0xc00, 0x800);
  const back = new Uint8Array(0x800);
  ram.read(0x10_0100, back, 0, 0x800);
  expect(back).toEqual(bytes);
  ram.copy(0xd00, 0x10_0100, 0x800);
  ram.read(0xd00, back, 0, 0x800);
  expect(back).toEqual(bytes);
  ram.fill(0xffe, 7, 4);
  expect([0xffd, 0xffe, 0xfff, 0x1000, 0x1001, 0x1002].map((at) => ram.readU8(at))).toEqual([
    (0xffd - 0xd00) % 250,
    7,
    7,
    7,
    7,
    (0x1002 - 0xd00) % 250,
  ]);
});

test("what is no RAM is refused", () => {
  const ram = createRam();
  expect(ram.limit).toBe(0x10_1000);
  expect(ram.contains(0, 0x2000)).toBe(true);
  expect(ram.contains(0, 0x2001)).toBe(false);
  expect(ram.contains(0x10_0fff, 1)).toBe(true);
  expect(ram.contains(0x10_0fff, 2)).toBe(false);
  expect(ram.contains(0xf_ffff, 2)).toBe(false);
  expect(() => ram.readU8(0x2000)).toThrow("not RAM");
  expect(() => ram.writeU8(-1, 0)).toThrow("not RAM");
  expect(() => ram.readU8(Number.NaN)).toThrow("not RAM");
  expect(() => ram.fill(0x1800, 0, 0x1000)).toThrow("not RAM");
});
