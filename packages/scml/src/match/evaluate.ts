// SPDX-License-Identifier: MPL-2.0

import { type FlagTable, fieldTable, namesOf } from "../facts/flag-table.ts";
import {
  decodeString,
  type NamesValue,
  type StringValue,
  type StructValue,
  type Value,
} from "../trace/value.ts";
import {
  components,
  type CompiledArray,
  type CompiledFlags,
  type CompiledPattern,
  type CompiledStruct,
  type StructAlternative,
} from "./pattern.ts";

/** How far a value satisfies a pattern; the smaller of two is that of both, the larger of either. */
export const Verdict = {
  No: 0,
  /** As far as strace shows it: an address in place of a struct, fields left out. */
  Unseen: 1,
  Yes: 2,
} as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

const { No, Unseen, Yes } = Verdict;

/** What is known about the place of a value: the call, the names it may have, where relative paths begin. */
export interface Context {
  readonly call: string;
  readonly table: FlagTable | undefined;
  /** The directory of a relative path, where strace shows it (-y). */
  readonly directory?: string | undefined;
}

/** Why a value does not match: the part of it, and what was wanted there. */
export interface Mismatch {
  /** `.sa_flags`, `[].events`; empty for the argument itself. */
  readonly at: string;
  /** The flag, number, field or path that no pattern has. */
  readonly culprit: string;
  readonly wanted: string;
}

export type Report = (mismatch: Mismatch) => void;

/** Fields that strace prints only where they say something; absent, they are zero. */
const LEFT_OUT: ReadonlySet<string> = new Set(["msg_control", "revents"]);

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
      if (value.others !== undefined)
        report?.({ at, culprit: value.names.join("|"), wanted: pattern.text });
      return verdict;
    default:
      if (verdict === No)
        report?.({ at, culprit: KIND_NAMES[value.kind] ?? value.kind, wanted: pattern.text });
      return verdict;
  }
}

const KIND_NAMES: Readonly<Record<string, string>> = {
  struct: "a struct",
  array: "an array",
  string: "a string",
  number: "a number",
  names: "flags",
};

function numberMatches(
  pattern: CompiledFlags,
  number: number,
  isNull: boolean,
  context: Context,
  report: Report | undefined,
  at: string,
): boolean {
  if (pattern.numbers.has(number)) return true;
  if (isNull && (pattern.names.has("NULL") || pattern.trees !== undefined)) return true;
  const { table } = context;
  if (table !== undefined && !isNull && number >= 0) {
    const names: string[] = [];
    let rest = 0;
    for (const part of namesOf(number, table)) {
      if (part.startsWith("0x")) rest = Number(part);
      else names.push(part);
    }
    // What the table names wholly is what strace would have printed; the rest stays a number.
    if (names.length > 0 && rest === 0)
      return namesMatch(pattern, { kind: "names", names, rest }, table, report, at);
    if (names.length > 0 && !pattern.integer)
      return namesMatch(pattern, { kind: "names", names, rest }, table, report, at);
  }
  if (pattern.integer) return true;
  // No bit is set: a subset of any flags.
  const onlyPaths =
    pattern.trees !== undefined && pattern.names.size === 0 && pattern.numbers.size === 0;
  const onlyNumbers = pattern.numbers.size > 0 && pattern.names.size === 0;
  const onlyStructs = pattern.structs.length > 0 && pattern.names.size === 0;
  const onlyNull = pattern.names.size === 1 && pattern.names.has("NULL");
  if (number === 0 && !onlyPaths && !onlyNumbers && !onlyStructs && !onlyNull) return true;
  report?.({ at, culprit: isNull ? "NULL" : formatNumber(number), wanted: pattern.text });
  return false;
}

function formatNumber(number: number): string {
  return number >= 0 && number < 10
    ? String(number)
    : number < 0
      ? String(number)
      : `0x${number.toString(16)}`;
}

function namesMatch(
  pattern: CompiledFlags,
  value: NamesValue,
  table: FlagTable | undefined,
  report: Report | undefined,
  at: string,
): boolean {
  let matches = true;
  for (const printed of value.names) {
    if (pattern.names.has(printed)) continue;
    for (const name of spelledOut(printed)) {
      if (nameMatches(pattern, name, table)) continue;
      matches = false;
      if (report === undefined) return false;
      report({ at, culprit: name, wanted: pattern.text });
    }
  }
  if (value.rest !== 0 && !restMatches(pattern, value.rest, table)) {
    matches = false;
    report?.({ at, culprit: formatNumber(value.rest), wanted: pattern.text });
  }
  return matches;
}

/** strace has names of its own for a futex operation with its flag (futex(2)). */
function spelledOut(name: string): readonly string[] {
  if (name.startsWith("FUTEX_") && name.endsWith("_PRIVATE")) {
    return [name.slice(0, -"_PRIVATE".length), "FUTEX_PRIVATE_FLAG"];
  }
  return [name];
}

function nameMatches(pattern: CompiledFlags, name: string, table: FlagTable | undefined): boolean {
  if (pattern.names.has(name)) return true;
  const value = table?.values.get(name);
  if (table === undefined || value === undefined) return false;
  // Another name of the same value: O_NDELAY and O_NONBLOCK, or a number in the rule.
  if (pattern.numbers.has(value)) return true;
  const { mask } = table;
  let covered = 0;
  let choices = false;
  for (const other of pattern.names) {
    const listed = table.values.get(other);
    if (listed === undefined) continue;
    if (listed === value) return true;
    covered |= listed;
    if ((listed & ~mask) !== 0 || listed === 0) choices = true;
  }
  if (mask === 0) return false;
  // O_RDONLY is no bit. It may stand beside flags of a rule that has no word on the access mode.
  if (value === 0) return !choices && pattern.numbers.size === 0;
  // A name for several bits, each of which the rule has; or one bit of such a name in the rule.
  return (value & ~mask) === 0 && (value & ~covered) === 0;
}

function restMatches(pattern: CompiledFlags, rest: number, table: FlagTable | undefined): boolean {
  if (pattern.integer || pattern.numbers.has(rest)) return true;
  if (table === undefined) return false;
  return namesOf(rest, table).every(
    (name) => !name.startsWith("0x") && nameMatches(pattern, name, table),
  );
}

function evaluatePath(
  pattern: CompiledFlags,
  value: StringValue,
  context: Context,
  report: Report | undefined,
  at: string,
): Verdict {
  const { trees } = pattern;
  if (trees === undefined) {
    report?.({ at, culprit: "a string", wanted: pattern.text });
    return No;
  }
  if (trees.length === 0) return Yes;
  const path = decodeString(value.raw);
  const { directory } = context;
  if (!path.startsWith("/") && directory === undefined) return Unseen;
  const parts = components(path.startsWith("/") ? path : `${directory}/${path}`);
  if (trees.some((tree) => isWithin(parts, tree))) return Yes;
  // A path that was cut short may still go on into a tree.
  if (value.cut && trees.some((tree) => isWithin(tree, parts.slice(0, -1)))) return Unseen;
  report?.({ at, culprit: `/${parts.join("/")}`, wanted: pattern.text });
  return No;
}

function isWithin(parts: readonly string[], tree: readonly string[]): boolean {
  if (parts.length < tree.length) return false;
  return tree.every((wanted, index) => componentMatches(parts[index] ?? "", wanted));
}

/** `*` in a component stands for any characters; written as a loop, so that no pattern is slow. */
function componentMatches(part: string, wanted: string): boolean {
  if (!wanted.includes("*")) return part === wanted;
  const pieces = wanted.split("*");
  const last = pieces.pop() ?? "";
  const first = pieces.shift() ?? "";
  if (!part.startsWith(first)) return false;
  let from = first.length;
  for (const piece of pieces) {
    const found = part.indexOf(piece, from);
    if (found < 0) return false;
    from = found + piece.length;
  }
  return part.length - last.length >= from && part.endsWith(last);
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

const smaller = (a: Verdict, b: Verdict): Verdict => (a < b ? a : b);
const larger = (a: Verdict, b: Verdict): Verdict => (a > b ? a : b);
