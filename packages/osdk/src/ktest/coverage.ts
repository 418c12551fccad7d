// SPDX-License-Identifier: MPL-2.0

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Profiler } from "node:inspector";
import { dirname, join, relative, resolve } from "node:path";
import { coveredLines, formatLcov, mergeCounts, parseLcov, type LineCounts } from "./lcov.ts";
import { decodeMappings, type SourceMap } from "./source-map.ts";

export interface BundleCoverage {
  readonly bundle: string;
  readonly coverage: readonly Profiler.ScriptCoverage[];
}

/** Where jest leaves the coverage of the unit tests. */
const UNIT_FILE = join("coverage", "lcov.info");

/**
 * Writes the coverage of the kernel-mode tests to `coverage/ktest.info`, and its sum with that of
 * the unit tests to `coverage/merged.info`; the table that tells of both.
 */
export function writeCoverage(bundles: readonly BundleCoverage[], directory: string): string {
  let ktest: LineCounts = new Map();
  for (const { bundle, coverage } of bundles) {
    for (const one of coverage) ktest = mergeCounts(ktest, lineCounts(bundle, one, directory));
  }
  const unitFile = join(directory, UNIT_FILE);
  const unit = existsSync(unitFile) ? parseLcov(readFileSync(unitFile, "utf8")) : undefined;
  const merged = mergeCounts(ktest, unit ?? new Map());
  mkdirSync(join(directory, "coverage"), { recursive: true });
  writeFileSync(join(directory, "coverage", "ktest.info"), formatLcov(ktest));
  writeFileSync(join(directory, "coverage", "merged.info"), formatLcov(merged));
  return table(ktest, unit, merged);
}

/** How often each source line of a bundle ran: as often as the hottest code on it. */
export function lineCounts(
  bundle: string,
  { functions }: Profiler.ScriptCoverage,
  directory: string,
): LineCounts {
  const map = JSON.parse(readFileSync(`${bundle}.map`, "utf8")) as SourceMap;
  const counts = countsByOffset(functions);
  const lineStarts = startsOfLines(readFileSync(bundle, "utf8"));
  const files: LineCounts = new Map();
  for (const { generatedLine, generatedColumn, source, sourceLine } of decodeMappings(map)) {
    const file = relative(directory, resolve(dirname(bundle), map.sources[source] ?? ""));
    if (file.startsWith("..") || /(^|\/)node_modules\/|\.ktest\.ts$|osdk-entry|endowed:/.test(file))
      continue;
    const count = counts((lineStarts[generatedLine] ?? 0) + generatedColumn);
    const lines = files.get(file) ?? new Map<number, number>();
    lines.set(sourceLine + 1, Math.max(lines.get(sourceLine + 1) ?? 0, count));
    files.set(file, lines);
  }
  return files;
}

/** Ranges are nested, the outer first: the last one around an offset has its count. */
function countsByOffset(
  functions: readonly Profiler.FunctionCoverage[],
): (offset: number) => number {
  const ranges = functions
    .flatMap((one) => one.ranges)
    .sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset);
  return (offset) => {
    let count = 0;
    for (const range of ranges) {
      if (range.startOffset > offset) break;
      if (offset < range.endOffset) count = range.count;
    }
    return count;
  };
}

function startsOfLines(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

function table(ktest: LineCounts, unit: LineCounts | undefined, merged: LineCounts): string {
  const row = (name: string, ...cells: string[]): string =>
    `${name.padEnd(48)}${cells.map((cell) => cell.padStart(9)).join("")}\n`;
  const share = (files: LineCounts | undefined, file: string): string => {
    const lines = files?.get(file);
    if (lines === undefined || lines.size === 0) return "-";
    return `${((100 * coveredLines(lines)) / lines.size).toFixed(1)} %`;
  };
  const total = (files: LineCounts | undefined): string => {
    const all = [...(files?.values() ?? [])];
    const size = all.reduce((sum, lines) => sum + lines.size, 0);
    const covered = all.reduce((sum, lines) => sum + coveredLines(lines), 0);
    return size === 0 ? "-" : `${((100 * covered) / size).toFixed(1)} %`;
  };
  const rows = [...ktest.keys()]
    .sort()
    .map((file) => row(file, share(ktest, file), share(unit, file), share(merged, file)));
  const hint = unit === undefined ? `no ${UNIT_FILE} of unit tests is there to merge with\n` : "";
  return (
    `\n${row("lines covered by", "ktest", "unit", "both")}${rows.join("")}` +
    `${row("all files", total(ktest), total(unit), total(merged))}${hint}`
  );
}
