// SPDX-License-Identifier: MPL-2.0

import type { BitflagsRule, FlagPattern, Pattern, Program, StructRule } from "../syntax/ast.ts";
import type { Diagnostic } from "../syntax/diagnostic.ts";
import { MAX_CHAIN } from "../match/pattern.ts";
import { nearestWord } from "./suggest.ts";

/** The definitions of a file. */
export interface Definitions {
  readonly flags: ReadonlyMap<string, BitflagsRule>;
  readonly structs: ReadonlyMap<string, readonly StructRule[]>;
}

export function definitionsOf(program: Program): Definitions {
  const flags = new Map<string, BitflagsRule>();
  const structs = new Map<string, StructRule[]>();
  for (const rule of program.rules) {
    if (rule.kind === "bitflags" && !flags.has(rule.name.text)) flags.set(rule.name.text, rule);
    if (rule.kind === "struct") {
      const others = structs.get(rule.name.text);
      if (others === undefined) structs.set(rule.name.text, [rule]);
      else others.push(rule);
    }
  }
  return { flags, structs };
}

/** Calls `visit` for every flag pattern within a pattern, the ones in fields and elements too. */
export function visitFlags(pattern: Pattern, visit: (flags: FlagPattern) => void): void {
  if (pattern.kind === "flags") visit(pattern);
  else if (pattern.kind === "array")
    for (const element of pattern.elements) visitFlags(element, visit);
  else
    for (const field of pattern.fields)
      if (field.pattern !== undefined) visitFlags(field.pattern, visit);
}

/** The names that a pattern refers to. */
function references(pattern: Pattern): { name: string; start: number; end: number }[] {
  const found: { name: string; start: number; end: number }[] = [];
  visitFlags(pattern, (flags) => {
    for (const part of flags.parts) if (part.kind === "reference") found.push(part);
  });
  return found;
}

function patternsOf(rule: Program["rules"][number]): Pattern[] {
  if (rule.kind !== "syscall") return [rule.pattern];
  return rule.params.flatMap((param) => (param.pattern === undefined ? [] : [param.pattern]));
}

/** Unresolved, repeated, circular and unused names of a file. */
export function checkNames(program: Program): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const { flags, structs } = definitionsOf(program);
  const known = new Set([...flags.keys(), ...structs.keys()]);
  const used = new Set<string>();
  const defined = new Map<string, number>();
  const source = program.source;
  for (const rule of program.rules) {
    if (rule.kind !== "syscall") {
      const { text: name, start, end } = rule.name;
      const other = rule.kind === "bitflags" ? flags.get(name) : (flags.get(name) ?? undefined);
      if (rule.kind === "bitflags" ? other !== rule : other !== undefined) {
        const { line } = source.positionAt(other?.start ?? 0);
        diagnostics.push({
          code: "SCML011",
          severity: "error",
          message: `"${name}" is already defined in line ${line}`,
          start,
          end,
        });
      }
      if (name === "PATH" || name === "INTEGER") {
        diagnostics.push({
          code: "SCML011",
          severity: "error",
          message: `<${name}> is built in and cannot be defined`,
          start,
          end,
        });
      }
      defined.set(name, (defined.get(name) ?? 0) + 1);
    }
    for (const pattern of patternsOf(rule)) {
      for (const reference of references(pattern)) {
        if (rule.kind === "syscall" || rule.name.text !== reference.name) used.add(reference.name);
        if (known.has(reference.name)) continue;
        const near = nearestWord(reference.name, [...known, "PATH", "INTEGER"]);
        diagnostics.push({
          code: "SCML010",
          severity: "error",
          message: `"${reference.name}" is not defined in this file`,
          start: reference.start,
          end: reference.end,
          ...(near === undefined ? {} : { help: `did you mean <${near}>?` }),
        });
      }
    }
  }
  for (const rule of program.rules) {
    if (rule.kind === "syscall") continue;
    const { text: name, start, end } = rule.name;
    if (!used.has(name)) {
      diagnostics.push({
        code: "SCML104",
        severity: "warning",
        message: `no rule uses "${name}"`,
        start,
        end,
      });
    }
  }
  return [...diagnostics, ...checkCycles(program)];
}

function checkCycles(program: Program): Diagnostic[] {
  const { flags, structs } = definitionsOf(program);
  const edges = (name: string): string[] => {
    const rule = flags.get(name);
    const rules = rule === undefined ? (structs.get(name) ?? []) : [rule];
    return rules.flatMap((other) => references(other.pattern).map((reference) => reference.name));
  };
  const diagnostics: Diagnostic[] = [];
  const done = new Set<string>();
  /** How long the longest chain of names from a name is. */
  const heights = new Map<string, number>();
  const reported = new Set<string>();
  for (const start of [...flags.keys(), ...structs.keys()]) {
    // Depth first without recursion, since definitions may form a chain of any length.
    const path: { name: string; next: string[] }[] = [{ name: start, next: edges(start) }];
    const open = new Set([start]);
    if (done.has(start)) continue;
    while (path.length > 0) {
      const top = path[path.length - 1];
      const next = top?.next.pop();
      if (top === undefined) break;
      if (next === undefined) {
        done.add(top.name);
        const height =
          1 + edges(top.name).reduce((most, name) => Math.max(most, heights.get(name) ?? 0), 0);
        heights.set(top.name, height);
        const name = (flags.get(top.name) ?? structs.get(top.name)?.[0])?.name;
        if (height === MAX_CHAIN + 1 && name !== undefined) {
          const message = `"${top.name}" is defined by way of more than ${MAX_CHAIN} other names`;
          diagnostics.push({
            code: "SCML013",
            severity: "error",
            message,
            start: name.start,
            end: name.end,
          });
        }
        open.delete(top.name);
        path.pop();
      } else if (open.has(next)) {
        if (reported.has(next)) continue;
        reported.add(next);
        const name = (flags.get(next) ?? structs.get(next)?.[0])?.name;
        const circle = path
          .slice(path.findIndex((entry) => entry.name === next))
          .map((entry) => entry.name);
        if (name === undefined) continue;
        diagnostics.push({
          code: "SCML012",
          severity: "error",
          message: `the definition of "${next}" leads to itself: ${[...circle, next].join(" → ")}`,
          start: name.start,
          end: name.end,
        });
      } else if (!done.has(next)) {
        open.add(next);
        path.push({ name: next, next: edges(next) });
      }
    }
  }
  return diagnostics;
}
