// SPDX-License-Identifier: MPL-2.0

/** So many letters may be wrong in what is taken for something known, at most a third of them. */
const MAX_DISTANCE = 2;

/** Which of `known` was probably meant by `word`; undefined when none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const rated = known.map((name) => ({ name, distance: distance(word, name) }));
  const [best] = rated.sort((a, b) => a.distance - b.distance);
  const limit = Math.min(MAX_DISTANCE, Math.floor(word.length / 3) + 1);
  return best !== undefined && best.distance <= limit ? best.name : undefined;
}

/** How many letters have to be added, removed or replaced (Levenshtein), or swapped with the next. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const isSame = a[i - 1] === b[j - 1];
      const replaced = (rows[i - 1]?.[j - 1] ?? 0) + (isSame ? 0 : 1);
      let least = Math.min((rows[i - 1]?.[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, replaced);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, (rows[i - 2]?.[j - 2] ?? 0) + 1);
      }
      row.push(least);
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? 0;
}
