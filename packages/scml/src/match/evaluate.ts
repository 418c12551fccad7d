// SPDX-License-Identifier: MPL-2.0

import { fieldTable } from "../facts/flag-table.ts";
import type { NamesValue, StructValue, Value } from "../trace/value.ts";
import { namesMatch, numberMatches } from "./flags.ts";
import { evaluatePath } from "./path.ts";
import type {
  CompiledArray,
  CompiledFlags,
  CompiledPattern,
  CompiledStruct,
  StructAlternative,
} from "./pattern.ts";
import {
  type Context,
  KIND_NAMES,
  larger,
  type Mismatch,
  type Report,
  smaller,
  Verdict,
} from "./verdict.ts";

const { No, Unseen, Yes } = Verdict;

/** Fields that strace prints only where they say something; absent, they are zero. */
const LEFT_OUT: ReadonlySet<string> = new Set(["msg_control", "events", "revents"]);

const ZERO: Value = { kind: "number", text: "0", value: 0, isNull: true };

/** Matches a value; docs/scml-semantics.md has the rules, in this order. */
export function evaluate(
  pattern: CompiledPattern,
  value: Value,
  context: Context,
  report?: Report,
  at = "",
): Verdict {
  if (value.kind === "pair") return evaluate(pattern, value.before, context, report, at);
  if (value.kind === "opaque") return Unseen;
  switch (pattern.kind) {
    case "flags":
      return evaluateFlags(pattern, value, context, report, at);
    case "struct":
      return evaluateStruct(pattern, value, context, report, at);
    case "array":
      return evaluateArray(pattern, value, context, report, at);
  }
}

function evaluateFlags(
  pattern: CompiledFlags,
  value: Value,
  context: Context,
  report: Report | undefined,
  at: string,
): Verdict {
  let verdict: Verdict = No;
  for (const struct of pattern.structs)
    verdict = larger(verdict, evaluateStruct(struct, value, context, undefined, at));
  if (verdict === Yes) return Yes;
  switch (value.kind) {
    case "string":
      return larger(verdict, evaluatePath(pattern, value, context, report, at));
    case "number":
      if (numberMatches(pattern, value.value, value.isNull, context, report, at)) return Yes;
      return verdict;
    case "names":
      if (
        namesMatch(
          pattern,
          value,
          context.table,
          value.others === undefined ? report : undefined,
          at,
        )
      )
        return Yes;
      for (const other of value.others ?? []) {
        if (namesMatch(pattern, other, context.table, undefined, at)) return Yes;
      }
      if (value.others !== undefined) {
        // The one that Linux's headers have says most: TCGETS, and not SNDCTL_TMR_TIMEBASE.
        const isKnown = (one: NamesValue): boolean =>
          one.names.every((name) => context.table?.values.has(name));
        const { names } = [value, ...value.others].find(isKnown) ?? value;
        report?.({ at, culprit: names.join("|"), wanted: pattern.text });
      }
      return verdict;
    default:
      if (verdict === No)
        report?.({ at, culprit: KIND_NAMES[value.kind] ?? value.kind, wanted: pattern.text });
      return verdict;
  }
}

function evaluateStruct(
  pattern: CompiledStruct,
  value: Value,
  context: Context,
  report: Report | undefined,
  at: string,
): Verdict {
  if (value.kind === "number") {
    // No struct was given, so that none can be wrong; an address hides what it points at.
    if (value.value === 0) return Yes;
    if (value.value >= 4096) return Unseen;
  }
  if (value.kind !== "struct") {
    report?.({ at, culprit: KIND_NAMES[value.kind] ?? value.kind, wanted: pattern.text });
    return No;
  }
  let best: Verdict = No;
  for (const alternative of pattern.alternatives) {
    best = larger(best, evaluateFields(alternative, value, context, undefined, at));
    if (best === Yes) return Yes;
  }
  if (best === No && report !== undefined)
    reportNearest(pattern.alternatives, value, context, report, at);
  return best;
}

/** Tells of the alternative with the fewest mismatches. */
function reportNearest(
  alternatives: readonly StructAlternative[],
  value: StructValue,
  context: Context,
  report: Report,
  at: string,
): void {
  let nearest: Mismatch[] | undefined;
  for (const alternative of alternatives) {
    const found: Mismatch[] = [];
    evaluateFields(alternative, value, context, (mismatch) => found.push(mismatch), at);
    if (nearest === undefined || found.length < nearest.length) nearest = found;
  }
  for (const mismatch of nearest ?? []) report(mismatch);
}

function evaluateFields(
  alternative: StructAlternative,
  value: StructValue,
  context: Context,
  report: Report | undefined,
  at: string,
): Verdict {
  // Old releases print the fields of some structs without their names.
  const { fields } = value;
  if (fields.length > 0 && fields.every(({ name }) => name === "")) return Unseen;
  let verdict: Verdict = Yes;
  for (const [name, pattern] of alternative.fields) {
    const field = value.fields.find((candidate) => candidate.name === name);
    if (field === undefined && value.cut) {
      verdict = smaller(verdict, Unseen);
      continue;
    }
    if (field === undefined && !LEFT_OUT.has(name)) {
      report?.({ at, culprit: `no field ${name}`, wanted: name });
      if (report === undefined) return No;
      verdict = No;
      continue;
    }
    if (pattern === undefined) continue;
    const inner: Context = {
      call: context.call,
      table: fieldTable(context.call, name),
      directory: undefined,
    };
    verdict = smaller(
      verdict,
      evaluate(pattern, field?.value ?? ZERO, inner, report, `${at}.${name}`),
    );
    if (verdict === No && report === undefined) return No;
  }
  if (!alternative.rest) {
    if (value.cut) verdict = smaller(verdict, Unseen);
    for (const field of value.fields) {
      if (alternative.fields.has(field.name)) continue;
      report?.({
        at,
        culprit: `the field ${field.name === "" ? "without a name" : field.name}`,
        wanted: [...alternative.fields.keys()].join(", "),
      });
      if (report === undefined) return No;
      verdict = No;
    }
  }
  return verdict;
}

function evaluateArray(
  pattern: CompiledArray,
  value: Value,
  context: Context,
  report: Report | undefined,
  at: string,
): Verdict {
  if (value.kind === "number") {
    if (value.value === 0) return Yes;
    if (value.value >= 4096) return Unseen;
  }
  if (value.kind !== "array") {
    report?.({ at, culprit: KIND_NAMES[value.kind] ?? value.kind, wanted: pattern.text });
    return No;
  }
  let verdict: Verdict = value.cut ? Unseen : Yes;
  for (const element of netlinkMessages(pattern, value.elements)) {
    let best: Verdict = No;
    for (const wanted of pattern.elements) {
      best = larger(best, evaluate(wanted, element, context, undefined, `${at}[]`));
      if (best === Yes) break;
    }
    if (best === No && report !== undefined) {
      const [only] = pattern.elements;
      if (pattern.elements.length === 1 && only !== undefined)
        evaluate(only, element, context, report, `${at}[]`);
      else
        report({
          at: `${at}[]`,
          culprit: KIND_NAMES[element.kind] ?? element.kind,
          wanted: pattern.text,
        });
    }
    verdict = smaller(verdict, best);
    if (verdict === No) return No;
  }
  return verdict;
}

/** strace leaves out the brackets around a single netlink message; a rule has those of the list. */
function netlinkMessages(pattern: CompiledArray, elements: readonly Value[]): readonly Value[] {
  const [first] = elements;
  if (first?.kind !== "struct" || first.fields[0]?.name !== "nlmsg_len") return elements;
  if (!pattern.elements.every((element) => element.kind === "array")) return elements;
  return [{ kind: "array", elements, cut: false, inverted: false }];
}
