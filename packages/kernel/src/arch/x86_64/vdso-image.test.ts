// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { buildVdso, elfHash } from "./vdso-image.ts";

const PAGE = 4096;

test("the hash is the System V ABI's", () => {
  // What glibc carries for the version that it asks for.
  expect(elfHash("LINUX_2.6")).toBe(61_765_110);
  expect(elfHash("printf")).toBe(0x077905a6);
});

test("an ELF library of one page, with one segment to load from its start", () => {
  const image = buildVdso(PAGE);
  const view = new DataView(image.buffer);
  expect(image).toHaveLength(PAGE);
  expect([...image.subarray(0, 6)]).toEqual([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
  const headers = view.getUint32(32, true);
  expect(view.getUint32(headers, true)).toBe(1);
  expect(view.getUint32(headers + 4, true)).toBe(5);
  expect(view.getUint32(headers + 8, true)).toBe(0);
  const length = view.getUint32(headers + 32, true);
  expect(length).toBeLessThan(PAGE);
  expect(image.subarray(length).every((byte) => byte === 0)).toBe(true);
});
