// SPDX-License-Identifier: MPL-2.0

import { type GapRecord, gapsBySet, type Report } from "./report.ts";

/** The report that people read in a terminal. */
export function textReport(report: Report): string {
  const out: string[] = [];
  for (const set of report.sets) {
    if (report.sets.length > 1) out.push(`== ${set.name} ==`);
    const { summary } = set;
    out.push(
      `${summary.calls} calls in ${summary.lines} lines: ${percent(summary.share, summary.unsupported)} supported` +
        `${summary.unverified > 0 ? ` (${summary.unverified} as far as the trace shows)` : ""}, ` +
        `${summary.unsupported} unsupported, ${summary.unreadable} unreadable lines`,
    );
    if (set.gaps.length > 0) out.push("");
    for (const gap of set.gaps) out.push(...gapText(gap));
    if (set !== report.sets.at(-1)) out.push("");
  }
  if (report.sets.length > 1) out.push("", ...comparison(report));
  if (report.unreadable.length > 0) {
    out.push("", "Unreadable:");
    for (const line of report.unreadable) {
      out.push(
        `  ${line.file}:${line.line}:${line.column}: ${line.message}`,
        `    ${printable(line.text, 160)}`,
      );
    }
  }
  return `${out.join("\n")}\n`;
}

function gapText(gap: GapRecord): string[] {
  const failed =
    gap.failed === 0
      ? ""
      : gap.failed === gap.count
        ? " (failed in the trace too)"
        : ` (${gap.failed} failed in the trace too)`;
  const lines = [
    `${String(gap.count).padStart(7)} × ${gap.call}: ${gap.cause}${failed}`,
    `          first: ${gap.first.file}:${gap.first.line}: ${printable(gap.first.text, 160)}`,
  ];
  if (gap.nearest !== null) {
    const { path, line, rule } = gap.nearest;
    lines.push(
      `          rule:  ${path}:${line}: ${printable(rule.replace(/\/\/[^\n]*/g, " ").replace(/\s+/g, " "), 160)}`,
    );
  }
  return lines;
}

/** Which sets lack what, side by side. */
function comparison(report: Report): string[] {
  const names = report.sets.map((set) => set.name);
  const widths = names.map((name) => Math.max(9, name.length));
  const cells = (values: readonly string[]): string =>
    values.map((value, index) => value.padStart(widths[index] ?? 9)).join("  ");
  const shares = report.sets.map(({ summary }) => percent(summary.share, summary.unsupported));
  return [
    `${cells(names)}  gap`,
    `${cells(shares)}  (share supported)`,
    ...gapsBySet(report).map(
      ({ gap, counts }) =>
        `${cells(counts.map((count) => (count === 0 ? "-" : String(count))))}  ${gap}`,
    ),
  ];
}

/** Never 100 % while there is a gap. */
export function percent(share: number, unsupported: number): string {
  if (unsupported === 0) return "100 %";
  return `${Math.min(99.99, Math.floor(share * 10_000) / 100).toFixed(2)} %`;
}

/** At most `limit` characters, none of which a terminal obeys. */
export function printable(text: string, limit: number): string {
  const safe = text.replace(
    /[\x00-\x1f\x7f-\x9f]/g,
    (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
  return safe.length <= limit ? safe : `${safe.slice(0, limit - 1)}…`;
}
