// SPDX-License-Identifier: MPL-2.0

import { type FlagTable, namesOf } from "../facts/flag-table.ts";
import type { NamesValue } from "../trace/value.ts";
import type { CompiledFlags } from "./pattern.ts";
import type { Context, Report } from "./verdict.ts";

/** Whether a number is one of the pattern, or has names that are. */
export function numberMatches(
  pattern: CompiledFlags,
  given: number,
  isNull: boolean,
  context: Context,
  report: Report | undefined,
  at: string,
): boolean {
  if (pattern.numbers.has(given)) return true;
  if (isNull && (pattern.names.has("NULL") || pattern.trees !== undefined)) return true;
  const { table } = context;
  const number = withoutPermissions(given, table);
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

/** The mode of semget(2), mknod(2) and the like stands among flags, and is none. */
function withoutPermissions(number: number, table: FlagTable | undefined): number {
  return table === undefined || number < 0 ? number : number - (number & table.permissions);
}

function formatNumber(number: number): string {
  return number >= 0 && number < 10
    ? String(number)
    : number < 0
      ? String(number)
      : `0x${number.toString(16)}`;
}

/** Whether the pattern lists all of the names, and what strace has no name for. */
export function namesMatch(
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
  const rest = withoutPermissions(value.rest, table);
  if (rest !== 0 && !restMatches(pattern, rest, table)) {
    matches = false;
    report?.({ at, culprit: formatNumber(rest), wanted: pattern.text });
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
