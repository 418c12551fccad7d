// SPDX-License-Identifier: MPL-2.0

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function geometricMean(values) {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** The CPU loops: the only results whose ratios are averaged. */
export const LOOPS = ["crc32", "quicksort", "hash", "nbody", "fib"];

/** Adds to each result its ratios to native, and over the loops their geometric mean. */
export function summarize(suite, results) {
  const withRatios = results.map((result) => {
    const { native, ...others } = result.median;
    const ratio = {};
    if (native !== undefined) {
      for (const [target, value] of Object.entries(others)) ratio[target] = value / native;
    }
    return { ...result, ratio };
  });
  const geomean = {};
  for (const target of new Set(withRatios.flatMap((result) => Object.keys(result.ratio)))) {
    const ratios = withRatios
      .filter((result) => LOOPS.includes(result.name) && result.ratio[target] !== undefined)
      .map((result) => result.ratio[target]);
    if (ratios.length > 0) geomean[target] = geometricMean(ratios);
  }
  return { suite, results: withRatios, geomean };
}
