// SPDX-License-Identifier: MPL-2.0

import { Analyzer, type Report, reportOf, RuleSet } from "@aster/scml";
import { pieces } from "./pieces.ts";
import { checkRules, type KernelRules } from "./rule-sets.ts";

export interface Trace {
  readonly name: string;
  readonly bytes: Blob;
}

/** What went wrong, in words for the user. */
export class PageError extends Error {}

/** Longest stretch of work between two turns of the page, so that it stays alive, in ms. */
const TURN_MS = 30;

/**
 * Matches traces with kernels. `progress` hears the share of bytes that are done and returns false
 * to give up, which makes the answer undefined. Throws `PageError`.
 */
export async function analyze(
  traces: readonly Trace[],
  kernels: readonly KernelRules[],
  progress: (share: number) => boolean,
): Promise<Report | undefined> {
  const sets = kernels.map((rules) => {
    const { programs } = checkRules(rules);
    if (programs === undefined) throw new PageError(`The rules of ${rules.name} have errors.`);
    return new RuleSet(programs, rules.name);
  });
  const analyzer = new Analyzer(sets);
  const total = traces.reduce((sum, { bytes }) => sum + bytes.size, 0);
  let before = 0;
  for (const { name, bytes } of traces) {
    const reader = analyzer.reader(name);
    let done = 0;
    let turn = performance.now();
    try {
      for await (const piece of pieces(bytes)) {
        reader.write(piece);
        done += piece.length;
        if (performance.now() - turn < TURN_MS) continue;
        // Of a gzip file the size unzipped is not known: the share stops short of its end.
        const share = total === 0 ? 1 : (before + Math.min(done, bytes.size)) / total;
        if (!progress(share)) return undefined;
        await new Promise((resolve) => setTimeout(resolve));
        turn = performance.now();
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new PageError(`${name} cannot be read: ${reason}`);
    }
    analyzer.finish(reader);
    before += bytes.size;
    const { calls, lines, unreadable } = reader.counts;
    if (calls === 0 && unreadable > 0) {
      const [first] = analyzer.unreadableLines;
      const why = `line ${first?.line ?? 1}: ${first?.message ?? ""}`;
      throw new PageError(`${name} is no trace: none of its ${lines} lines is a call (${why}).`);
    }
  }
  return reportOf(
    analyzer,
    traces.map(({ name }) => name),
  );
}
