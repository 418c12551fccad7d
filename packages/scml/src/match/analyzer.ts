// SPDX-License-Identifier: MPL-2.0

import type { LineScanner } from "../trace/line.ts";
import { copyOf, type TracePlace, TraceReader, type TraceSink } from "../trace/reader.ts";
import { Verdict } from "./verdict.ts";
import { type Cause, causeOf, explainCall, type RuleExplanation } from "./explain.ts";
import type { RuleSet } from "./rule-set.ts";

/** Calls that fail for one cause. */
export interface Gap {
  readonly call: string;
  readonly cause: Cause;
  count: number;
  /** How many of them Linux itself answered with an error. */
  failed: number;
  /** Where it was seen first. */
  readonly first: { readonly file: string; readonly line: number; readonly text: string };
  /** The rule that comes nearest; none where the call has no rule. */
  readonly nearest: RuleExplanation | undefined;
}

export interface UnreadableLine {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly text: string;
}

export interface Summary {
  readonly lines: number;
  readonly calls: number;
  /** Calls that match a rule; among them the unverified. */
  readonly supported: number;
  /** Calls that match as far as strace shows them. */
  readonly unverified: number;
  readonly unsupported: number;
  readonly unreadable: number;
  /** supported / calls; 1 for a trace without calls. */
  readonly share: number;
}

/** Gaps that are kept apart; a trace with more has a gap "other causes" for the rest of a call. */
const MAX_GAPS = 10_000;

/** Unreadable lines of which the text is kept. */
export const MAX_UNREADABLE_SHOWN = 20;

/** How many texts of unsupported calls are remembered, so that the same need no second look. */
const KNOWN_CALLS = 4096;

/** A call that no rule of a set matches, as soon as it was read. */
export interface UnsupportedCall {
  /** The name of the rule set. */
  readonly rules: string;
  /** All calls that fail for this cause, this one included. */
  readonly gap: Gap;
  readonly line: number;
  /** The call as in the trace. */
  readonly text: string;
  /** Whether it was answered with an error. */
  readonly failed: boolean;
}

/** Matches one or several traces with one or several rule sets, in memory that does not grow with them. */
export class Analyzer implements TraceSink {
  readonly results: readonly SetResult[];
  readonly unreadableLines: UnreadableLine[] = [];
  private lines = 0;
  private calls = 0;
  private unreadableCount = 0;
  private readonly onUnsupported: ((call: UnsupportedCall) => void) | undefined;

  /** `onUnsupported` hears of every call that a rule set does not support, at once. */
  constructor(ruleSets: readonly RuleSet[], onUnsupported?: (call: UnsupportedCall) => void) {
    this.results = ruleSets.map((rules) => new SetResult(rules));
    this.onUnsupported = onUnsupported;
  }

  /** A reader that hands the calls of a trace to this analyzer; `add` its counts when it has ended. */
  reader(file: string): TraceReader {
    return new TraceReader(this, file);
  }

  /** Takes the counts of a trace that has ended. */
  finish(reader: TraceReader): void {
    reader.end();
    this.lines += reader.counts.lines;
    this.calls += reader.counts.calls;
  }

  call(scanner: LineScanner, place: TracePlace, incomplete: boolean): void {
    for (const result of this.results) {
      const gap = result.call(scanner, place, incomplete);
      if (gap === undefined || this.onUnsupported === undefined) continue;
      const failed = !incomplete && scanner.failed;
      const { line, text } = place;
      this.onUnsupported({ rules: result.rules.name, gap, line, text, failed });
    }
  }

  unreadable(place: TracePlace, column: number, message: string): void {
    this.unreadableCount += 1;
    if (this.unreadableLines.length >= MAX_UNREADABLE_SHOWN) return;
    const text = place.text.slice(0, 500);
    this.unreadableLines.push({ file: place.file, line: place.line, column, message, text });
  }

  summary(result: SetResult): Summary {
    return {
      lines: this.lines,
      calls: this.calls,
      supported: result.supported,
      unverified: result.unverified,
      unsupported: result.unsupported,
      unreadable: this.unreadableCount,
      share: this.calls === 0 ? 1 : result.supported / this.calls,
    };
  }
}

/** What one rule set says of the traces. */
export class SetResult {
  readonly rules: RuleSet;
  supported = 0;
  unverified = 0;
  unsupported = 0;
  private readonly byCause: Map<string, Gap> = new Map();
  private readonly known: Map<string, Gap> = new Map();

  constructor(rules: RuleSet) {
    this.rules = rules;
  }

  /** Counts a call; the gap that it belongs to, if no rule matches it. */
  call(scanner: LineScanner, place: TracePlace, incomplete: boolean): Gap | undefined {
    const { name } = scanner;
    const matcher = this.rules.matcher(name);
    const verdict = matcher === undefined ? Verdict.No : matcher.match(scanner, incomplete);
    if (verdict !== Verdict.No) {
      this.supported += 1;
      if (verdict === Verdict.Unseen) this.unverified += 1;
      return undefined;
    }
    this.unsupported += 1;
    const gap = this.gap(name, scanner, place, incomplete, matcher === undefined);
    gap.count += 1;
    if (!incomplete && scanner.failed) gap.failed += 1;
    return gap;
  }

  /** The gaps, the most frequent first. */
  get gaps(): Gap[] {
    return [...this.byCause.values()].sort(
      (a, b) => b.count - a.count || a.first.line - b.first.line,
    );
  }

  private gap(
    call: string,
    scanner: LineScanner,
    place: TracePlace,
    incomplete: boolean,
    unknown: boolean,
  ): Gap {
    const last = scanner.argc - 1;
    const text =
      unknown || last < 0
        ? call
        : `${call}\0${scanner.text.slice(scanner.argStarts[0] ?? 0, scanner.argEnds[last] ?? 0)}`;
    const before = this.known.get(text);
    if (before !== undefined) return before;
    const nearest = unknown ? undefined : explainCall(this.rules, scanner, incomplete)[0];
    let cause = causeOf(copyOf(call), nearest);
    let key = `${call}\0${cause.argument}\0${cause.culprit}\0${cause.kind}`;
    if (!this.byCause.has(key) && this.byCause.size >= MAX_GAPS) {
      cause = { kind: "value", argument: "", culprit: "", text: "other causes" };
      key = `${call}\0other`;
    }
    let gap = this.byCause.get(key);
    if (gap === undefined) {
      const first = { file: place.file, line: place.line, text: place.text };
      gap = { call: copyOf(call), cause, count: 0, failed: 0, first, nearest };
      this.byCause.set(copyOf(key), gap);
    }
    if (text.length < 200) {
      if (this.known.size >= KNOWN_CALLS) this.known.clear();
      this.known.set(copyOf(text), gap);
    }
    return gap;
  }
}
