// SPDX-License-Identifier: MPL-2.0

// A few inputs, the same each time; test/fuzz/main.mjs makes as many others as are wanted.

import { expect, test } from "@jest/globals";
import { checkInput } from "./fuzz/checks.mjs";

test("nothing throws, formatting keeps the meaning, and every line of a trace is accounted for", () => {
  for (let index = 0; index < 300; index += 1) {
    const { kind, text, error } = checkInput(1, index);
    expect(error === undefined ? "" : `${String(error)}\nin ${kind} ${index}: ${text}`).toBe("");
  }
});
