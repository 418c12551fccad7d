// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { CompileCredit } from "./credit.ts";

test("what most programs need is compiled as soon as it is hot", () => {
  const credit = new CompileCredit();
  credit.update(6_000, 19_000);
  expect(credit.samples(6)).toBe(6);
});

test("who compiles more than what runs allows for wants more samples", () => {
  const credit = new CompileCredit();
  credit.update(0, 22_500);
  expect(credit.samples(6)).toBe(12);
  credit.update(0, 30_000);
  expect(credit.samples(6)).toBe(96);
});

test("a program that goes on earns what it owes, and no more than at the beginning", () => {
  const credit = new CompileCredit();
  credit.update(0, 30_000);
  credit.update(300e6, 30_000);
  expect(credit.samples(6)).toBe(6);
  credit.update(1e12, 30_000);
  credit.update(0, 52_500);
  expect(credit.samples(6)).toBe(12);
});
