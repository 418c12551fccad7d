// SPDX-License-Identifier: MPL-2.0

import {
  argumentTable,
  decidingArgument,
  fieldTable,
  type FlagTable,
} from "../facts/flag-table.ts";
import {
  type Architecture,
  FEWEST_ARGS,
  LIBRARY_ARGS,
  syscallFacts,
} from "../facts/syscall-table.ts";
import { CLONE_NAMES } from "../match/layout.ts";
import { MAX_CHAIN } from "../match/pattern.ts";
import type { FlagPattern, Pattern, Program, SyscallRule } from "../syntax/ast.ts";
import type { Diagnostic } from "../syntax/diagnostic.ts";
import { type Definitions, definitionsOf } from "./names.ts";
import { nearestWord } from "./suggest.ts";

/** Compares rules with what Linux has: calls, numbers of arguments, flags. */
export function checkAgainstLinux(program: Program, architecture?: Architecture): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const definitions = definitionsOf(program);
  const seen = new Set<number>();
  const flags = new FlagChecker(definitions, (diagnostic) => {
    // A definition that several rules use is reported once.
    if (seen.has(diagnostic.start)) return;
    seen.add(diagnostic.start);
    diagnostics.push(diagnostic);
  });
  for (const rule of program.rules) {
    if (rule.kind !== "syscall") continue;
    const call = checkCall(rule, architecture);
    if (call !== undefined) diagnostics.push(call);
    flags.rule(rule);
  }
  return diagnostics;
}

function checkCall(
  rule: SyscallRule,
  architecture: Architecture | undefined,
): Diagnostic | undefined {
  const { text: name, start, end } = rule.name;
  const facts = syscallFacts();
  const fact = facts.get(name);
  const warning = (code: string, message: string, help?: string): Diagnostic => ({
    code,
    severity: "warning",
    message,
    start,
    end,
    ...(help === undefined ? {} : { help }),
  });
  if (fact === undefined) {
    const near = nearestWord(name, facts.keys());
    return warning(
      "SCML101",
      `Linux has no system call "${name}"`,
      near === undefined ? undefined : `did you mean "${near}"?`,
    );
  }
  if (architecture !== undefined && fact.numbers[architecture] === undefined) {
    return warning("SCML102", `${architecture} has no system call "${name}"`);
  }
  const { args } = fact;
  const count = rule.params.length;
  if (args === undefined || count === args || LIBRARY_ARGS[name]?.includes(count) === true)
    return undefined;
  if (rule.rest ? count < args : count < args && count >= (FEWEST_ARGS[name] ?? args))
    return undefined;
  const fewest = FEWEST_ARGS[name] ?? args;
  const range = fewest === args ? String(args) : `${fewest} to ${args}`;
  return warning(
    "SCML103",
    `${name} takes ${range} argument${range === "1" ? "" : "s"}, this rule has ${count}${rule.rest ? " or more" : ""}`,
  );
}

/** Compares the flags of rules with the tables of Linux's. */
class FlagChecker {
  private readonly definitions: Definitions;
  private readonly report: (diagnostic: Diagnostic) => void;
  /** The names that have been followed from the argument at hand, with the place they had there. */
  private readonly seen: Set<string> = new Set();
  private depth = 0;

  constructor(definitions: Definitions, report: (diagnostic: Diagnostic) => void) {
    this.definitions = definitions;
    this.report = report;
  }

  rule(rule: SyscallRule): void {
    const call = rule.name.text;
    // The requests of ioctl(2) are as many as there are drivers.
    if (call === "ioctl") return;
    rule.params.forEach((param, index) => {
      if (param.pattern === undefined) return;
      this.seen.clear();
      this.pattern(
        call,
        param.pattern,
        this.tableOf(rule, index),
        param.name?.text ?? `argument ${index + 1}`,
      );
    });
  }

  private tableOf(rule: SyscallRule, index: number): FlagTable | undefined {
    const call = rule.name.text;
    if (call === "clone") {
      return CLONE_NAMES[rule.params[index]?.name?.text ?? ""] === "flags"
        ? argumentTable("clone", 0)
        : undefined;
    }
    const deciding = decidingArgument(call, index);
    if (deciding === undefined) return argumentTable(call, index);
    const pattern = rule.params[deciding]?.pattern;
    const only =
      pattern?.kind === "flags" && pattern.parts.length === 1 ? pattern.parts[0] : undefined;
    return only?.kind === "flag" ? argumentTable(call, index, only.name) : undefined;
  }

  private pattern(
    call: string,
    pattern: Pattern,
    table: FlagTable | undefined,
    place: string,
  ): void {
    if (pattern.kind === "array") {
      for (const element of pattern.elements) this.pattern(call, element, undefined, place);
    } else if (pattern.kind === "struct") {
      for (const field of pattern.fields) {
        if (field.pattern === undefined) continue;
        this.pattern(call, field.pattern, fieldTable(call, field.name.text), `${field.name.text}`);
      }
    } else {
      this.flags(call, pattern, table, place);
    }
  }

  private flags(
    call: string,
    pattern: FlagPattern,
    table: FlagTable | undefined,
    place: string,
  ): void {
    for (const part of pattern.parts) {
      if (part.kind === "reference") {
        // Each name once for an argument, and not by way of names without end.
        const key = `${part.name} ${place}`;
        if (this.seen.has(key) || this.depth >= MAX_CHAIN) continue;
        this.seen.add(key);
        this.depth += 1;
        const flags = this.definitions.flags.get(part.name);
        if (flags !== undefined) this.flags(call, flags.pattern, table, place);
        else
          for (const struct of this.definitions.structs.get(part.name) ?? [])
            this.pattern(call, struct.pattern, undefined, place);
        this.depth -= 1;
      } else if (
        part.kind === "flag" &&
        table !== undefined &&
        part.name !== "NULL" &&
        !table.values.has(part.name)
      ) {
        const near = nearestWord(part.name, table.values.keys());
        this.report({
          code: "SCML108",
          severity: "warning",
          message: `Linux has no flag "${part.name}" for "${place}" of ${call}`,
          start: part.start,
          end: part.end,
          ...(near === undefined ? {} : { help: `did you mean "${near}"?` }),
        });
      }
    }
  }
}
