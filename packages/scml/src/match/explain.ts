// SPDX-License-Identifier: MPL-2.0

import { argumentTable, decidingArgument } from "../facts/flag-table.ts";
import type { LineScanner } from "../trace/line.ts";
import { parseArgument, type NamedValue } from "../trace/value-parser.ts";
import type { Value } from "../trace/value.ts";
import { cloneArgument, cloneContext, directoryBefore } from "./call-matcher.ts";
import { evaluate } from "./evaluate.ts";
import { type Mismatch, Verdict } from "./verdict.ts";
import { ABSENT, hasLayout, layOut, newLayout, printsFewer, takesCount } from "./layout.ts";
import type { CompiledRule, RuleSet } from "./rule-set.ts";

/** Why one rule does not match a call, or that it does. */
export interface RuleExplanation {
  readonly rule: CompiledRule;
  readonly verdict: Verdict;
  /** Set when the number of arguments is not the rule's. */
  readonly count?: { readonly found: number; readonly wanted: number; readonly orMore: boolean };
  readonly mismatches: readonly (Mismatch & { readonly argument: string })[];
}

/** Matches a call with every rule of its name; the nearest first. */
export function explainCall(
  rules: RuleSet,
  scanner: LineScanner,
  incomplete = false,
): RuleExplanation[] {
  const call = scanner.name;
  const args: NamedValue[] = [];
  for (let index = 0; index < scanner.argc; index += 1)
    args.push(parseArgument(scanner.arg(index)));
  const found = rules
    .rulesOf(call)
    .map((rule) => explainRule(call, rule, args, scanner, incomplete));
  return found
    .map((explanation, index) => ({ explanation, index }))
    .sort((a, b) => distance(a.explanation) - distance(b.explanation) || a.index - b.index)
    .map(({ explanation }) => explanation);
}

/** A wrong flag is nearer than a wrong number of arguments, a choice further than a flag too many. */
function distance({ verdict, count, mismatches }: RuleExplanation): number {
  return (
    (2 - verdict) * 0.1 +
    (count === undefined ? 0 : 1.5 + Math.abs(count.found - count.wanted)) +
    mismatches.reduce(
      (sum, { argument, wanted, culprit }) => sum + (isSelector(argument, wanted, culprit) ? 3 : 1),
      0,
    )
  );
}

/** Whether an argument chooses what the call does, so that another rule is meant for its value. */
function isSelector(argument: string, wanted: string, culprit: string): boolean {
  if (
    /^(?:op|cmd|code|command|level|family|domain|which|request|option|advice|magic2?|futex_op)$/.test(
      argument,
    )
  )
    return true;
  const prefix = /^[A-Z0-9]+_/.exec(culprit)?.[0];
  return prefix !== undefined && !wanted.includes(prefix);
}

function explainRule(
  call: string,
  rule: CompiledRule,
  args: readonly NamedValue[],
  scanner: LineScanner,
  incomplete: boolean,
): RuleExplanation {
  const mismatches: (Mismatch & { argument: string })[] = [];
  let verdict: Verdict = Verdict.Yes;
  const check = (index: number, value: Value, context: Parameters<typeof evaluate>[2]): void => {
    const pattern = rule.patterns[index];
    if (pattern === undefined) return;
    const name = rule.names[index] ?? "";
    const argument = name === "" ? `argument ${index + 1}` : name;
    const before = mismatches.length;
    const found = evaluate(pattern, value, context, (mismatch) =>
      mismatches.push({ ...mismatch, argument }),
    );
    if (found !== Verdict.No) mismatches.length = before;
    else if (mismatches.length === before)
      mismatches.push({ at: "", culprit: "the value", wanted: pattern.text, argument });
    if (found < verdict) verdict = found;
  };
  if (call === "clone") {
    const named = new Map(args.map(({ name, value }, index) => [name ?? String(index), value]));
    rule.patterns.forEach((_, index) => {
      const name = rule.names[index] ?? "";
      check(index, cloneArgument(named, name, index), cloneContext(name));
    });
    return { rule, verdict, mismatches };
  }
  const layout = newLayout();
  layout.count = args.length;
  layout.least = args.length;
  let order: (index: number) => number = (index) => index;
  if (hasLayout(call)) {
    layOut(call, scanner, layout);
    order = (index) => layout.order[index] ?? ABSENT;
  }
  const { count } = layout;
  const wanted = rule.patterns.length;
  const isBegun = incomplete && count < wanted;
  const fits = isBegun || takesCount(rule, layout, printsFewer(call));
  rule.patterns.forEach((_, index) => {
    if (index >= count) return;
    const at = order(index);
    const value: Value =
      at === ABSENT
        ? { kind: "number", text: "NULL", value: 0, isNull: true }
        : (args[at]?.value ?? { kind: "opaque", text: "" });
    const deciding = decidingArgument(call, index);
    const other = deciding === undefined ? undefined : scanner.arg(deciding);
    check(index, value, {
      call,
      table: argumentTable(call, index, other),
      directory: directoryBefore(args, at),
    });
  });
  if (!fits)
    return {
      rule,
      verdict: Verdict.No,
      mismatches,
      count: { found: count, wanted, orMore: rule.rest },
    };
  return {
    rule,
    verdict: incomplete && verdict === Verdict.Yes ? Verdict.Unseen : verdict,
    mismatches,
  };
}

/** Flags that the words for people name. */
const MAX_CULPRITS = 12;

/** In words, why the nearest rule does not match; the same for calls that fail for the same cause. */
export function causeOf(call: string, nearest: RuleExplanation | undefined): Cause {
  if (nearest === undefined) {
    return { kind: "no-rule", argument: "", culprit: call, text: `no rule for ${call}` };
  }
  if (nearest.mismatches.length > 0) {
    const [first] = nearest.mismatches;
    const place = `${first?.argument ?? ""}${first?.at ?? ""}`;
    const culprits = [
      ...new Set(
        nearest.mismatches
          .filter((other) => `${other.argument}${other.at}` === place)
          .map((other) => other.culprit),
      ),
    ];
    const culprit = culprits.join("|");
    const left = culprits.splice(MAX_CULPRITS).length;
    if (left > 0) culprits.push(`${left} more`);
    return {
      kind: "value",
      argument: place,
      culprit,
      text: `${place}: ${culprits.join(" and ")} not in ${shorten(first?.wanted ?? "")}`,
    };
  }
  const { count } = nearest;
  if (count !== undefined) {
    const wanted = `${count.wanted}${count.orMore ? " or more" : ""}`;
    return {
      kind: "arguments",
      argument: "",
      culprit: String(count.found),
      text: `${count.found} arguments, the rule takes ${wanted}`,
    };
  }
  return { kind: "value", argument: "", culprit: "", text: "no single rule takes all arguments" };
}

/** The cause of a gap; `kind`, `argument` and `culprit` are stable for machines, `text` is for people. */
export interface Cause {
  readonly kind: "no-rule" | "arguments" | "value";
  readonly argument: string;
  readonly culprit: string;
  readonly text: string;
}

function shorten(text: string): string {
  if (text.length <= 120) return text;
  const cut = text.lastIndexOf(" | ", 110);
  return `${text.slice(0, cut > 40 ? cut : 110)} | …`;
}
