// SPDX-License-Identifier: MPL-2.0

import { expect, jest, test } from "@jest/globals";
import { checkCompilation } from "./jit-mode.ts";

const allowed = (): undefined => undefined;
const forbidden = (): string => "disallowed by embedder";

test("where compiling is allowed every mode is fine", () => {
  for (const mode of [undefined, "off", "on", "eager"] as const) {
    expect(() => checkCompilation(mode, allowed, true)).not.toThrow();
  }
});

test("where compiling is forbidden, asking for it fails, and off does not ask", () => {
  expect(() => checkCompilation("on", forbidden, true)).toThrow(
    "this place forbids compiling WebAssembly at run time (disallowed by embedder); run with --jit=off",
  );
  expect(() => checkCompilation("eager", forbidden, true)).toThrow("--jit=off");
  expect(() => checkCompilation("off", forbidden, true)).not.toThrow();
  expect(() => checkCompilation("off", forbidden, false)).toThrow("is not compiled yet");
});

test("where compiling is forbidden and nobody asked, one is warned", () => {
  const warn = jest.spyOn(process, "emitWarning").mockImplementation(() => {});
  try {
    checkCompilation(undefined, forbidden, true);
    expect(warn).toHaveBeenCalledWith(expect.stringContaining("only interpreted"), {
      code: "ASTER_NO_JIT",
    });
  } finally {
    warn.mockRestore();
  }
});
