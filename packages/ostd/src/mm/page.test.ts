// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { userAddr } from "./address.unsafe.ts";
import {
  MAX_USERSPACE_VADDR,
  PAGE_SIZE,
  alignDown,
  alignUp,
  isAligned,
  pageIndex,
  pageOffset,
  pagesFor,
} from "./page.ts";

test("alignment is exact for all integers below 2^53 and every unit", () => {
  const unit = fc.oneof(
    fc.constantFrom(1, 2, 512, PAGE_SIZE, 2 ** 21, 2 ** 30, 2 ** 31, 2 ** 32, 2 ** 39),
    fc.integer({ min: 1, max: 100_000 }),
  );
  fc.assert(
    fc.property(fc.nat(2 ** 53 - 1 - 2 ** 40), unit, (value, size) => {
      const down = Number((BigInt(value) / BigInt(size)) * BigInt(size));
      const up = Number(((BigInt(value) + BigInt(size) - 1n) / BigInt(size)) * BigInt(size));
      expect([alignDown(value, size), alignUp(value, size)]).toEqual([down, up]);
      expect(isAligned(value, size)).toBe(down === value);
    }),
    { numRuns: 2000 },
  );
});

test("pages of addresses are exact up to the end of user space", () => {
  fc.assert(
    fc.property(fc.nat(MAX_USERSPACE_VADDR), (address) => {
      expect(pageIndex(address) * PAGE_SIZE + pageOffset(address)).toBe(address);
      expect(pageOffset(address) >= 0 && pageOffset(address) < PAGE_SIZE).toBe(true);
    }),
  );
  expect([0, 1, PAGE_SIZE, PAGE_SIZE + 1].map(pagesFor)).toEqual([0, 1, 1, 2]);
});

test("user addresses are integers of user space", () => {
  expect(userAddr(0)).toBe(0);
  expect(userAddr(MAX_USERSPACE_VADDR - 1)).toBe(MAX_USERSPACE_VADDR - 1);
  for (const bad of [-1, 0.5, Number.NaN, MAX_USERSPACE_VADDR, 2 ** 60]) {
    expect(userAddr(bad)).toBeUndefined();
  }
});
