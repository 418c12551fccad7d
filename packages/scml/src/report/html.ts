// SPDX-License-Identifier: MPL-2.0

import { type GapRecord, gapsBySet, type Report } from "./report.ts";
import { percent } from "./text.ts";

/** The report as one page that needs nothing else: no script, no request. */
export function htmlReport(report: Report): string {
  const title = `System calls of ${report.traces.join(", ")}`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 80rem; padding: 0 1rem; color: #1b1b1b; background: #fff; }
${REPORT_STYLE}
@media (prefers-color-scheme: dark) { body { color: #e8e8e8; background: #161616; } th, td { border-color: #383838; } }
</style>
<h1>${escape(title)}</h1>
${htmlSections(report)}
</html>
`;
}

/** The style of what `htmlSections` makes. */
export const REPORT_STYLE = `table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid #ddd; }
td.number, th.number { text-align: right; }
code, pre { font: 13px/1.4 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; }
.bar { background: #f3c0b8; height: .8rem; border-radius: .2rem; overflow: hidden; }
.bar div { background: #3d8a5c; height: 100%; }
summary { cursor: pointer; }`;

/** The report as a part of a page: a section for each rule set, and the unreadable lines. */
export function htmlSections(report: Report): string {
  const sections = report.sets.map(
    (set) => `<section>
<h2>${escape(set.name)}: ${percent(set.summary.share, set.summary.unsupported)} supported</h2>
<div class="bar"><div style="width:${(set.summary.share * 100).toFixed(2)}%"></div></div>
<p>${set.summary.calls} calls in ${set.summary.lines} lines; ${set.summary.supported} supported (${set.summary.unverified} of them as far as the trace shows), ${set.summary.unsupported} unsupported, ${set.summary.unreadable} lines unreadable.</p>
${set.gaps.length === 0 ? "<p>No gaps.</p>" : gapTable(set.gaps)}
</section>`,
  );
  if (report.sets.length > 1) sections.unshift(comparisonTable(report));
  if (report.unreadable.length > 0) sections.push(unreadableTable(report));
  return sections.join("\n");
}

/** What each rule set lacks, side by side. */
function comparisonTable(report: Report): string {
  const head = report.sets.map((set) => `<th class="number">${escape(set.name)}`).join("");
  const shares = report.sets.map(
    ({ summary }) => `<td class="number">${percent(summary.share, summary.unsupported)}`,
  );
  const rows = gapsBySet(report).map(({ gap, counts }) => {
    const cells = counts.map((count) => `<td class="number">${count === 0 ? "–" : count}`);
    return `<tr><td><code>${escape(gap)}</code>${cells.join("")}</tr>`;
  });
  return `<section>
<h2>Side by side</h2>
<table><tr><th>Gap${head}</tr>
<tr><td>supported${shares.join("")}</tr>
${rows.join("\n")}
</table></section>`;
}

function unreadableTable({ unreadable }: Report): string {
  const rows = unreadable.map(
    (line) =>
      `<tr><td>${escape(`${line.file}:${line.line}:${line.column}`)}<td>${escape(line.message)}<td><code>${escape(line.text)}</code></tr>`,
  );
  return `<section><h2>Unreadable lines</h2>
<table><tr><th>Where<th>What<th>Line</tr>
${rows.join("\n")}
</table></section>`;
}

function gapTable(gaps: readonly GapRecord[]): string {
  return `<table>
<tr><th class="number">Count<th>Call<th>Cause<th>First seen</tr>
${gaps.map((gap) => `<tr><td class="number">${gap.count}<td><code>${escape(gap.call)}</code><td>${escape(gap.cause)}${gap.failed > 0 ? ` (${gap.failed} failed in the trace too)` : ""}${gap.nearest === null ? "" : `<details><summary>nearest rule</summary>${escape(`${gap.nearest.path}:${gap.nearest.line}`)}<pre>${escape(gap.nearest.rule)}</pre></details>`}<td>${escape(`${gap.first.file}:${gap.first.line}`)}<br><code>${escape(gap.first.text)}</code></tr>`).join("\n")}
</table>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
