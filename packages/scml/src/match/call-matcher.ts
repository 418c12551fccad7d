// SPDX-License-Identifier: MPL-2.0

import { argumentTable, decidingArgument } from "../facts/flag-table.ts";
import type { LineScanner } from "../trace/line.ts";
import { copyOf } from "../trace/reader.ts";
import { parseArgument } from "../trace/value-parser.ts";
import type { Value } from "../trace/value.ts";
import { evaluate } from "./evaluate.ts";
import {
  ABSENT,
  CLONE_NAMES,
  hasLayout,
  layOut,
  type Layout,
  newLayout,
  printsFewer,
  takesCount,
} from "./layout.ts";
import type { CompiledPattern } from "./pattern.ts";
import type { CompiledRule } from "./rule-set.ts";
import { type Context, Verdict } from "./verdict.ts";

/** Rules that are matched at once, one bit each. */
const RULES_AT_ONCE = 30;

/** More than a call has arguments. */
const COUNTS = 64;

/** Texts of an argument whose verdicts are kept; most arguments have few different ones. */
const CACHE_SIZE = 4096;

/** Longer texts hold addresses or strings, and are seldom seen twice. */
const CACHED_LENGTH = 160;

/** The verdicts of up to thirty rules on one text: bit n is that of rule n. */
interface Bits {
  readonly yes: number;
  /** Yes or unseen. */
  readonly passed: number;
}

/** The patterns that thirty rules have for one argument. */
class ArgumentColumn {
  readonly index: number;
  /** The argument on which the names of this one hang, or -1. */
  readonly decidedBy: number;
  private readonly call: string;
  private readonly patterns: readonly (CompiledPattern | undefined)[];
  private readonly cache: Map<string, Bits> = new Map();

  constructor(call: string, index: number, patterns: readonly (CompiledPattern | undefined)[]) {
    this.call = call;
    this.index = index;
    this.patterns = patterns;
    this.decidedBy = decidingArgument(call, index) ?? -1;
  }

  bits(text: string, other: string, directory: string | undefined): Bits {
    const key =
      other === "" && directory === undefined ? text : `${directory ?? ""}\0${other}\0${text}`;
    const known = this.cache.get(key);
    if (known !== undefined) return known;
    const bits = this.evaluate(parseArgument(text).value, other, directory);
    if (key.length <= CACHED_LENGTH) {
      if (this.cache.size >= CACHE_SIZE) this.cache.clear();
      this.cache.set(copyOf(key), bits);
    }
    return bits;
  }

  evaluate(value: Value, other: string, directory: string | undefined): Bits {
    const context: Context = {
      call: this.call,
      table: argumentTable(this.call, this.index, other === "" ? undefined : other),
      directory,
    };
    let yes = 0;
    let passed = 0;
    this.patterns.forEach((pattern, index) => {
      const verdict = pattern === undefined ? Verdict.Yes : evaluate(pattern, value, context);
      if (verdict === Verdict.Yes) yes |= 1 << index;
      if (verdict !== Verdict.No) passed |= 1 << index;
    });
    return { yes, passed };
  }
}

const NOTHING: Value = { kind: "number", text: "NULL", value: 0, isNull: true };

/** The rules of one call. Its hot path allocates nothing but the texts of constrained arguments. */
export class CallMatcher {
  readonly rules: readonly CompiledRule[];
  private readonly call: string;
  private readonly groups: readonly RuleGroup[];
  private readonly laidOut: boolean;
  private readonly named: boolean;
  private readonly layout: Layout = newLayout();

  constructor(call: string, rules: readonly CompiledRule[]) {
    this.call = call;
    this.rules = rules;
    this.laidOut = hasLayout(call);
    this.named = call === "clone";
    const groups: RuleGroup[] = [];
    for (let at = 0; at < rules.length; at += RULES_AT_ONCE) {
      groups.push(new RuleGroup(call, rules.slice(at, at + RULES_AT_ONCE)));
    }
    this.groups = groups;
  }

  /** How the call that the scanner stands at matches the best of the rules. */
  match(scanner: LineScanner, incomplete: boolean): Verdict {
    if (this.named) return this.matchNamed(scanner);
    let layout: Layout | undefined;
    if (this.laidOut) {
      layout = this.layout;
      layOut(this.call, scanner, layout);
    }
    let best: Verdict = Verdict.No;
    for (const group of this.groups) {
      const verdict = group.match(scanner, layout, incomplete);
      if (verdict === Verdict.Yes) return incomplete ? Verdict.Unseen : verdict;
      if (verdict > best) best = verdict;
    }
    return best;
  }

  /** strace gives the arguments of clone(2) names, so that their order and number are free. */
  private matchNamed(scanner: LineScanner): Verdict {
    const args = new Map<string, Value>();
    for (let index = 0; index < scanner.argc; index += 1) {
      const { name, value } = parseArgument(scanner.arg(index));
      args.set(name ?? String(index), value);
    }
    let best: Verdict = Verdict.No;
    for (const rule of this.rules) {
      let verdict: Verdict = Verdict.Yes;
      rule.patterns.forEach((pattern, index) => {
        if (pattern === undefined) return;
        const value = cloneArgument(args, rule.names[index] ?? "", index);
        const found = evaluate(pattern, value, cloneContext(rule.names[index] ?? ""));
        if (found < verdict) verdict = found;
      });
      if (verdict > best) best = verdict;
    }
    return best;
  }
}

/** The traced argument of clone(2) that a parameter means; NULL where strace printed none. */
export function cloneArgument(
  args: ReadonlyMap<string, Value>,
  parameter: string,
  index: number,
): Value {
  return args.get(CLONE_NAMES[parameter] ?? parameter) ?? args.get(String(index)) ?? NOTHING;
}

export function cloneContext(parameter: string): Context {
  const isFlags = CLONE_NAMES[parameter] === "flags";
  return { call: "clone", table: isFlags ? argumentTable("clone", 0) : undefined };
}

class RuleGroup {
  private readonly rules: readonly CompiledRule[];
  private readonly columns: readonly ArgumentColumn[];
  private readonly fewer: boolean;
  /** The rules that take so many arguments, at `count * COUNTS + least` (Layout). */
  private readonly byCount: number[] = [];
  private readonly byCountIncomplete: number[] = [];

  constructor(call: string, rules: readonly CompiledRule[]) {
    this.rules = rules;
    this.fewer = printsFewer(call);
    const columns: ArgumentColumn[] = [];
    const most = Math.max(0, ...rules.map((rule) => rule.patterns.length));
    for (let index = 0; index < most; index += 1) {
      const patterns = rules.map((rule) => rule.patterns[index]);
      if (patterns.some((pattern) => pattern !== undefined))
        columns.push(new ArgumentColumn(call, index, patterns));
    }
    this.columns = columns;
  }

  match(scanner: LineScanner, layout: Layout | undefined, incomplete: boolean): Verdict {
    const count = layout === undefined ? scanner.argc : layout.count;
    const least = layout === undefined ? count : layout.least;
    const counts = incomplete ? this.byCountIncomplete : this.byCount;
    let passed = counts[count * COUNTS + least] ?? this.rulesTaking(count, least, incomplete);
    if (passed === 0) return Verdict.No;
    let yes = passed;
    for (const column of this.columns) {
      const { index } = column;
      let bits: Bits;
      if (index >= count) {
        // Not printed: rules that want something there have been left out by the count, unless
        // strace prints fewer arguments for an operation.
        if (incomplete) {
          yes = 0;
          continue;
        }
        bits = column.evaluate(NOTHING, "", undefined);
      } else {
        const at = layout === undefined ? index : (layout.order[index] ?? ABSENT);
        if (at === ABSENT) bits = column.evaluate(NOTHING, "", undefined);
        else {
          const other = column.decidedBy < 0 ? "" : scanner.arg(column.decidedBy);
          bits = column.bits(
            scanner.arg(at),
            other,
            at === 0 ? undefined : directoryOf(scanner, at),
          );
        }
      }
      passed &= bits.passed;
      if (passed === 0) return Verdict.No;
      yes &= bits.yes;
    }
    return (yes & passed) !== 0 ? Verdict.Yes : Verdict.Unseen;
  }

  private rulesTaking(count: number, least: number, incomplete: boolean): number {
    let bits = 0;
    this.rules.forEach((rule, index) => {
      const isBegun = incomplete && count < rule.patterns.length;
      if (isBegun || takesCount(rule, { count, least }, this.fewer)) bits |= 1 << index;
    });
    (incomplete ? this.byCountIncomplete : this.byCount)[count * COUNTS + least] = bits;
    return bits;
  }
}

/** The directory that a path is relative to, where strace shows it: `AT_FDCWD</home>`. */
function directoryOf(scanner: LineScanner, index: number): string | undefined {
  const { text } = scanner;
  // Only a relative path is of interest.
  if (text.charCodeAt(scanner.argStarts[index] ?? 0) !== 0x22) return undefined;
  if (text.charCodeAt((scanner.argStarts[index] ?? 0) + 1) === 0x2f) return undefined;
  if (text.charCodeAt((scanner.argEnds[index - 1] ?? 0) - 1) !== 0x3e) return undefined;
  const before = /<(\/.*)>$/.exec(scanner.arg(index - 1))?.[1];
  return before;
}

/** The directory of the argument at `index` of a wholly read call. */
export function directoryBefore(
  args: readonly { readonly value: Value }[],
  index: number,
): string | undefined {
  const value = args[index - 1]?.value;
  if (value?.kind !== "names" && value?.kind !== "number") return undefined;
  return value.file?.startsWith("/") === true ? value.file : undefined;
}
