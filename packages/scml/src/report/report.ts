// SPDX-License-Identifier: MPL-2.0

import type { Analyzer, Gap, SetResult, Summary, UnreadableLine } from "../match/analyzer.ts";

/** The report of `scml match --json`; docs/scml-report.md describes every field. */
export interface Report {
  /** Grows when a field changes its meaning or goes away. */
  readonly version: 1;
  readonly traces: readonly string[];
  /** Of the first rule set. */
  readonly summary: Summary;
  readonly gaps: readonly GapRecord[];
  /** Of every rule set, the first included. */
  readonly sets: readonly {
    readonly name: string;
    readonly summary: Summary;
    readonly gaps: readonly GapRecord[];
  }[];
  /** The first twenty lines that could not be read. */
  readonly unreadable: readonly UnreadableLine[];
}

export interface GapRecord {
  readonly call: string;
  readonly kind: "no-rule" | "arguments" | "value";
  /** `flags`, `act.sa_flags`; empty where no single argument is at fault. */
  readonly argument: string;
  /** The flag, number, field or path that the rules do not have. */
  readonly culprit: string;
  readonly cause: string;
  readonly count: number;
  readonly failed: number;
  readonly first: { readonly file: string; readonly line: number; readonly text: string };
  readonly nearest: { readonly path: string; readonly line: number; readonly rule: string } | null;
}

export function reportOf(analyzer: Analyzer, traces: readonly string[]): Report {
  const sets = analyzer.results.map((result) => ({
    name: result.rules.name,
    summary: analyzer.summary(result),
    gaps: result.gaps.map(gapRecord),
  }));
  const [first] = sets;
  const [result] = analyzer.results;
  return {
    version: 1,
    traces,
    summary: first?.summary ?? analyzer.summary(result as SetResult),
    gaps: first?.gaps ?? [],
    sets,
    unreadable: analyzer.unreadableLines,
  };
}

function gapRecord(gap: Gap): GapRecord {
  const { nearest } = gap;
  return {
    call: gap.call,
    kind: gap.cause.kind,
    argument: gap.cause.argument,
    culprit: gap.cause.culprit,
    cause: gap.cause.text,
    count: gap.count,
    failed: gap.failed,
    first: { file: gap.first.file, line: gap.first.line, text: asUtf8(gap.first.text) },
    nearest:
      nearest === undefined
        ? null
        : {
            path: nearest.rule.path,
            line: nearest.rule.line,
            rule: nearest.rule.text,
          },
  };
}

/** The gaps of all rule sets with the count that each set has of them, the most frequent first. */
export function gapsBySet(report: Report): { gap: string; counts: number[] }[] {
  const rows = new Map<string, number[]>();
  report.sets.forEach((set, index) => {
    for (const gap of set.gaps) {
      const key =
        gap.kind === "no-rule" ? gap.call : `${gap.call} ${gap.argument} ${gap.culprit}`.trim();
      const row = rows.get(key) ?? report.sets.map(() => 0);
      row[index] = (row[index] ?? 0) + gap.count;
      rows.set(key, row);
    }
  });
  return [...rows]
    .map(([gap, counts]) => ({ gap, counts }))
    .sort((a, b) => Math.max(...b.counts) - Math.max(...a.counts));
}

/** Traces are read byte by byte; people want the characters. */
function asUtf8(text: string): string {
  if (!/[\x80-\xff]/.test(text)) return text;
  return new TextDecoder().decode(Uint8Array.from(text, (char) => char.charCodeAt(0)));
}

/** One line for each gap of each rule set, with columns that stay: for DuckDB, Spark and the like. */
export function gapLines(report: Report): string {
  const lines: string[] = [];
  for (const set of report.sets) {
    for (const gap of set.gaps) {
      lines.push(
        JSON.stringify({
          version: report.version,
          rules: set.name,
          trace: gap.first.file,
          call: gap.call,
          kind: gap.kind,
          argument: gap.argument,
          culprit: gap.culprit,
          count: gap.count,
          failed: gap.failed,
          first_line: gap.first.line,
          first_text: gap.first.text,
          rule_path: gap.nearest?.path ?? null,
          rule_line: gap.nearest?.line ?? null,
          trace_calls: set.summary.calls,
          trace_supported: set.summary.supported,
        }),
      );
    }
  }
  return lines.map((line) => `${line}\n`).join("");
}
