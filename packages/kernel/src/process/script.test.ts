// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { parseScriptLine } from "./script.ts";

const parse = (text: string): ReturnType<typeof parseScriptLine> =>
  parseScriptLine(Uint8Array.from(text, (c) => c.charCodeAt(0)).subarray(0, 255));

test("an interpreter stands alone or with one argument, blanks in it kept", () => {
  expect(parse("#!/bin/sh\necho")).toEqual({ interpreter: "/bin/sh", argument: undefined });
  expect(parse("#! /bin/sh\n")).toEqual({ interpreter: "/bin/sh", argument: undefined });
  expect(parse("#!/usr/bin/env\tpython -u \n")).toEqual({
    interpreter: "/usr/bin/env",
    argument: "python -u",
  });
});

test("the line may end with the file, even before a name", () => {
  expect(parse("#!")).toEqual({ interpreter: "", argument: undefined });
  expect(parse("#!/bin/sh")).toEqual({ interpreter: "/bin/sh", argument: undefined });
});

test("nothing to run is no script", () => {
  expect(parse("echo")).toBeUndefined();
  expect(parse("#!   \n/bin/sh")).toBeUndefined();
});

test("a name that does not end within the first 255 bytes is refused, a cut argument is not", () => {
  expect(parse(`#!/${"x".repeat(300)}\n`)).toBeUndefined();
  expect(parse(`#!/bin/sh ${"x".repeat(300)}`)?.argument).toHaveLength(243 + 2);
});
