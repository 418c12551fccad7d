// SPDX-License-Identifier: MPL-2.0

import type { Ktest } from "@aster/ostd/boot";
import type { TestCase } from "./result.ts";

/** What can not be told apart in a report: a name of several lines or of none, or one taken twice. */
export function wrongName(
  ktests: readonly Pick<Ktest, "name">[],
  tests: readonly TestCase[],
): string | undefined {
  const seen = new Map<string, TestCase>();
  for (const [index, test] of tests.entries()) {
    const name = ktests[index]?.name ?? "";
    const at = placeOf(test);
    if (!/^[^\p{Cc}]+$/u.test(name) || name.trim() !== name || name.includes("::")) {
      const expected = "expected a line of text without ::, and no space at its ends";
      return `${at}: the name ${JSON.stringify(name)} of a test: ${expected}`;
    }
    const other = seen.get(test.path);
    if (other !== undefined) {
      return `${at}: the test ${test.path} is registered twice, first at ${placeOf(other)}`;
    }
    seen.set(test.path, test);
  }
  return undefined;
}

function placeOf({ location, path }: TestCase): string {
  return location === undefined ? path : `${location.file}:${location.line}:${location.column}`;
}
