// SPDX-License-Identifier: MPL-2.0

import type { PackageResult, TestResult } from "./result.ts";

/** A report in the XML of JUnit, as CI systems read it: a suite for each package. */
export function junitReport(packages: readonly PackageResult[]): string {
  const all = packages.flatMap(({ results }) => results);
  const suites = packages.map(suite).join("");
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${counts(all)}>\n${suites}</testsuites>\n`;
}

function suite({ name, results }: PackageResult): string {
  const cases = results.map(testCase).join("");
  return `  <testsuite name="${escape(name)}" ${counts(results)}>\n${cases}  </testsuite>\n`;
}

function counts(results: readonly TestResult[]): string {
  const failures = results.filter(({ failure }) => failure !== undefined).length;
  const durationMs = results.reduce((sum, result) => sum + result.durationMs, 0);
  return `tests="${results.length}" failures="${failures}" errors="0" time="${seconds(durationMs)}"`;
}

function testCase({ test, failure, output, durationMs }: TestResult): string {
  const parts = test.path.split("::");
  const name = parts.pop() ?? "";
  const place =
    test.location === undefined
      ? ""
      : ` file="${escape(test.location.file)}" line="${test.location.line}"`;
  const failed =
    failure === undefined
      ? ""
      : `      <failure message="${escape(firstLine(failure.message))}">${escape(failure.message)}</failure>\n`;
  const printed = output === "" ? "" : `      <system-out>${escape(output)}</system-out>\n`;
  const head = `    <testcase classname="${escape(parts.join("::"))}" name="${escape(name)}"${place} time="${seconds(durationMs)}"`;
  return failed === "" && printed === ""
    ? `${head}/>\n`
    : `${head}>\n${failed}${printed}    </testcase>\n`;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

/** XML 1.0 has no characters for most control codes. */
function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replace(/[^\t\n\r\u0020-\uFFFD]/g, "\uFFFD");
}
