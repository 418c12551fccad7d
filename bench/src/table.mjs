// SPDX-License-Identifier: MPL-2.0

const number = (value) => (value === undefined ? "-" : value.toPrecision(4));
export const times = (value) => (value === undefined ? "-" : `${value.toFixed(2)}x`);

/** The report as an aligned table: medians, then ratios to native. */
export function printTable(report, targets) {
  const others = targets.filter((target) => target !== "native");
  const header = ["", "unit", ...targets, ...others.map((target) => `${target}/native`)];
  const rows = report.results.map((result) => [
    result.name,
    result.unit,
    ...targets.map((target) => number(result.median[target])),
    ...others.map((target) => times(result.ratio[target])),
  ]);
  rows.push([
    "geomean of loops",
    "",
    ...targets.map(() => ""),
    ...others.map((target) => times(report.geomean[target])),
  ]);
  return table(header, rows);
}

/** Rows under a header: the first two columns to the left, the others to the right. */
export function table(header, rows) {
  const widths = header.map((_, column) =>
    Math.max(...[header, ...rows].map((row) => row[column].length)),
  );
  const line = (row) =>
    row
      .map((cell, column) =>
        column < 2 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
      )
      .join("  ")
      .trimEnd();
  return [header, ...rows].map((row) => `${line(row)}\n`).join("");
}
