// SPDX-License-Identifier: MPL-2.0

import type { PackageResult, TestResult } from "./result.ts";

/** A report by the Test Anything Protocol, version 14. */
export function tapReport(packages: readonly PackageResult[]): string {
  const results = packages.flatMap((one) => one.results);
  const lines = results.map((result, index) => point(result, index + 1));
  return `TAP version 14\n1..${results.length}\n${lines.join("")}`;
}

function point({ test, failure, durationMs }: TestResult, number: number): string {
  const verdict = failure === undefined ? "ok" : "not ok";
  // `#` begins a directive, a backslash takes that away.
  const name = test.path.replace(/[\\#]/g, "\\$&");
  const head = `${verdict} ${number} - ${name}\n`;
  if (failure === undefined) return head;
  const at = failure.location;
  const place = at === undefined ? "" : `  at: ${quote(`${at.file}:${at.line}:${at.column}`)}\n`;
  return (
    `${head}  ---\n  message: ${quote(failure.message)}\n${place}` +
    `  duration_ms: ${durationMs.toFixed(1)}\n  ...\n`
  );
}

/** A string of JSON is one of YAML. */
function quote(text: string): string {
  return JSON.stringify(text);
}
