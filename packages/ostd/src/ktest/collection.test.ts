// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { takeKtests } from "../boot.ts";
import { ktest } from "../ktest.ts";
import { bootTestKernel } from "../testing.ts";

test("tests are taken once, in their order, with name, options, body and place", () => {
  takeKtests();
  const body = (): void => undefined;
  ktest("a", body);
  ktest("b", { shouldPanic: "overflow" }, body);
  const tests = takeKtests();
  expect(tests.map(({ name, options }) => ({ name, options }))).toEqual([
    { name: "a", options: {} },
    { name: "b", options: { shouldPanic: "overflow" } },
  ]);
  expect(tests[0]?.body).toBe(body);
  expect(tests[0]?.stack).toMatch(/collection\.test\.ts:\d+:\d+/);
  expect(takeKtests()).toEqual([]);
});

test("a running system can not register tests", async () => {
  await expect(
    bootTestKernel(() => {
      ktest("late", () => undefined);
    }),
  ).rejects.toThrow(/"late": tests are registered at the top level/);
  expect(takeKtests()).toEqual([]);
});
