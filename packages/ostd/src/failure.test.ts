// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { describeFailure } from "./failure.ts";

function failureWith(frames: readonly string[]): Error {
  const failure = new Error("the end");
  failure.stack = ["Error: the end", ...frames.map((frame) => `    at ${frame}`)].join("\n");
  return failure;
}

test("a failure is told with its message and its frames, but panic's own", () => {
  expect(describeFailure(failureWith(["panic (a.ts:1:1)", "f (b.ts:2:2)"]))).toBe(
    "Kernel panic: the end\n  at f (b.ts:2:2)\n",
  );
});

test("of a trace with thousands of frames the first and the last are shown", () => {
  const frames = Array.from({ length: 3000 }, (_, i) => `f${i} (a.ts:${i}:1)`);
  const lines = describeFailure(failureWith(frames)).split("\n");
  expect(lines).toHaveLength(1 + 32 + 1 + 32 + 1);
  expect(lines.slice(32, 35)).toEqual([
    "  at f31 (a.ts:31:1)",
    "  ... 2936 more",
    "  at f2968 (a.ts:2968:1)",
  ]);
  expect(lines.at(-2)).toBe("  at f2999 (a.ts:2999:1)");
});
