// SPDX-License-Identifier: MPL-2.0

/** How often each line ran, by file and 1-based line. */
export type LineCounts = Map<string, Map<number, number>>;

/** Reads the lines of an LCOV trace (geninfo(1)); all other records are left out. */
export function parseLcov(text: string): LineCounts {
  const files: LineCounts = new Map();
  let lines = new Map<number, number>();
  for (const record of text.split("\n")) {
    if (record.startsWith("SF:")) {
      const file = record.slice(3).trim();
      lines = files.get(file) ?? new Map<number, number>();
      files.set(file, lines);
    } else if (record.startsWith("DA:")) {
      const [line = 0, count = 0] = record.slice(3).split(",").map(Number);
      lines.set(line, (lines.get(line) ?? 0) + count);
    }
  }
  return files;
}

export function formatLcov(files: LineCounts): string {
  const records: string[] = [];
  for (const [file, lines] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    records.push("TN:", `SF:${file}`);
    const sorted = [...lines].sort(([a], [b]) => a - b);
    for (const [line, count] of sorted) records.push(`DA:${line},${count}`);
    records.push(`LF:${lines.size}`, `LH:${coveredLines(lines)}`, "end_of_record");
  }
  return `${records.join("\n")}\n`;
}

/** The sums of two measurements. */
export function mergeCounts(a: LineCounts, b: LineCounts): LineCounts {
  const merged: LineCounts = new Map();
  for (const [file, lines] of [...a, ...b]) {
    const sum = merged.get(file) ?? new Map<number, number>();
    for (const [line, count] of lines) sum.set(line, (sum.get(line) ?? 0) + count);
    merged.set(file, sum);
  }
  return merged;
}

export function coveredLines(lines: ReadonlyMap<number, number>): number {
  return [...lines.values()].filter((count) => count > 0).length;
}
