// SPDX-License-Identifier: MPL-2.0

import { describe, expect, test } from "@jest/globals";
import { junitReport } from "./junit.ts";
import { formatLcov, mergeCounts, parseLcov } from "./lcov.ts";
import { Report } from "./report.ts";
import type { PackageResult } from "./result.ts";
import { decodeMappings } from "./source-map.ts";
import { locate, modulePath } from "./stack.ts";
import { tapReport } from "./tap.ts";
import { wrongName } from "./test-names.ts";
import { TestOutput } from "./test-output.ts";

const location = { file: "src/a.ktest.ts", line: 3, column: 1 };
const PACKAGE: PackageResult = {
  name: "p",
  filteredOut: 2,
  results: [
    {
      test: { path: "p::a::good", location, shouldPanic: false },
      failure: undefined,
      output: "",
      durationMs: 10,
    },
    {
      test: { path: "p::a::<bad> & #1", location, shouldPanic: false },
      failure: { message: '[caught panic] "no"\nmore', location: { ...location, line: 9 } },
      output: "printed\u0007\n",
      durationMs: 20,
    },
  ],
};

function reportText(showOutput: boolean): string {
  let text = "";
  const report = new Report((more) => {
    text += more;
  }, showOutput);
  report.begin(2, 1);
  report.skipPackage("q");
  report.beginPackage("p", 2);
  for (const result of PACKAGE.results) report.result(result);
  report.endPackage(PACKAGE);
  return text;
}

describe("reports", () => {
  test("lines for people", () => {
    expect(reportText(false)).toBe(`[ktest runner] running 2 tests in 1 crates
[ktest runner] skipping crate "q".

running 2 tests in crate "p"

test p::a::good ... ok
test p::a::<bad> & #1 ... FAILED

test result: FAILED. 1 passed; 1 failed; 2 filtered out.

failures:

---- src/a.ktest.ts:9:1 - p::a::<bad> & #1 ----

[caught panic] "no"
more

what the system printed:
    printed\u0007

`);
    expect(reportText(true)).toContain("FAILED\n    printed");
  });

  test("JUnit", () => {
    expect(junitReport([PACKAGE])).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="2" failures="1" errors="0" time="0.030">
  <testsuite name="p" tests="2" failures="1" errors="0" time="0.030">
    <testcase classname="p::a" name="good" file="src/a.ktest.ts" line="3" time="0.010"/>
    <testcase classname="p::a" name="&lt;bad&gt; &amp; #1" file="src/a.ktest.ts" line="3" time="0.020">
      <failure message="[caught panic] &quot;no&quot;">[caught panic] &quot;no&quot;
more</failure>
      <system-out>printed\uFFFD
</system-out>
    </testcase>
  </testsuite>
</testsuites>
`);
  });

  test("TAP", () => {
    expect(tapReport([PACKAGE])).toBe(`TAP version 14
1..2
ok 1 - p::a::good
not ok 2 - p::a::<bad> & \\#1
  ---
  message: "[caught panic] \\"no\\"\\nmore"
  at: "src/a.ktest.ts:9:1"
  duration_ms: 20.0
  ...
`);
  });
});

describe("places", () => {
  test("are the first frame within the project's sources", () => {
    const stack = `Error: x
    at assert (file:///repo/ostd/dist/panic.js:26:9)
    at f (/p/node_modules/lib/index.ts:1:1)
    at <anonymous> (/p/src/a.ktest.ts:6:3)
    at main (/p/src/b.ts:1:1)`;
    expect(locate(stack, "/p")).toEqual({ file: "src/a.ktest.ts", line: 6, column: 3 });
    expect(locate("Error: x\n    at file:///p/src/c.ts:2:5", "/p")).toEqual({
      ...{ file: "src/c.ts", line: 2, column: 5 },
    });
    expect(locate("Error: x", "/p")).toBeUndefined();
  });

  test("make the names of modules", () => {
    expect(modulePath("p", "src/mm/frames.ktest.ts")).toBe("p::mm::frames");
    expect(modulePath("p", undefined)).toBe("p");
  });
});

describe("coverage", () => {
  test("of two runs is their sum, by file and line", () => {
    const a = parseLcov("TN:\nSF:x.ts\nFN:1,f\nDA:1,2\nDA:2,0\nend_of_record\n");
    const b = parseLcov("SF:x.ts\nDA:2,3\nDA:9,0\nend_of_record\nSF:y.ts\nDA:1,1\nend_of_record");
    expect(formatLcov(mergeCounts(a, b))).toBe(
      "TN:\nSF:x.ts\nDA:1,2\nDA:2,3\nDA:9,0\nLF:3\nLH:2\nend_of_record\n" +
        "TN:\nSF:y.ts\nDA:1,1\nLF:1\nLH:1\nend_of_record\n",
    );
  });

  test("reads source maps", () => {
    // Segments of (column, source, line, source column): (0, 0, 0, 0) (4, 0, 2, 0); then on line 2
    // (1, 1, 1, 2).
    const mappings = decodeMappings({ sources: ["a", "b"], mappings: "AAAA,IAEA;;CCDE" });
    expect(mappings.map((m) => Object.values(m))).toEqual([
      [0, 0, 0, 0, 0],
      [0, 4, 0, 2, 0],
      [2, 1, 1, 1, 2],
    ]);
  });
});

describe("the output of a test", () => {
  test("is seen by both threads, and cut at its beginning", () => {
    const output = new TestOutput();
    for (const byte of Buffer.from("one\n")) output.add(byte);
    expect(new TestOutput(output.shared).toString()).toBe("one\n");
    output.clear();
    for (let i = 0; i < 70_000; i += 1) output.add(i % 2 === 0 ? 97 : 98);
    for (const byte of Buffer.from("end")) output.add(byte);
    expect(output.toString()).toMatch(/^\[4467 bytes left out\]\n[ab]+end$/);
    expect(output.toString()).toHaveLength(65_536 + "[4467 bytes left out]\n".length);
  });
});

describe("names of tests", () => {
  const check = (...names: string[]): string | undefined =>
    wrongName(
      names.map((name) => ({ name })),
      names.map((name, i) => ({
        path: `p::m::${name}`,
        shouldPanic: false,
        location: { file: "src/m.ktest.ts", line: i + 1, column: 1 },
      })),
    );

  test("are lines, each once in a module", () => {
    expect(check("a", "b", "with spaces, and more")).toBeUndefined();
    expect(check("a", "b", "a")).toBe(
      "src/m.ktest.ts:3:1: the test p::m::a is registered twice, first at src/m.ktest.ts:1:1",
    );
    for (const name of ["", " a", "a::b", "a\nb", "a\u0007"]) {
      expect(check(name)).toMatch(
        /^src\/m\.ktest\.ts:1:1: the name ".*" of a test: expected a line/,
      );
    }
  });
});
