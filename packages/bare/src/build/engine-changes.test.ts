// SPDX-License-Identifier: MPL-2.0

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { ADDED_FILES, changeEngine } from "./engine-changes.ts";
import { engineSources } from "./engine.ts";

const source = (): string => readFileSync(join(engineSources(), "quickjs.c"), "utf8");

test("every change finds its place in the engine, once each", () => {
  const changed = changeEngine(source());
  for (const file of ADDED_FILES) {
    expect(changed.split(`#include "${file}"`)).toHaveLength(2);
  }
  expect(changed).not.toContain("static uint32_t map_hash_key(");
});

test("another source is refused, with what is missing in it", () => {
  const other = source().replace("val = JS_GetPrivateField(ctx, sp[-2], sp[-1]);", "");
  expect(() => changeEngine(other)).toThrow(/has 0 times, not 1: val = JS_GetPrivateField/);
  expect(() => changeEngine(changeEngine(source()))).toThrow(/map_normalize_key/);
});
