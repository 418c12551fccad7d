// SPDX-License-Identifier: MPL-2.0

import type { Program, SyscallRule } from "../syntax/ast.ts";
import { CallMatcher } from "./call-matcher.ts";
import { type CompiledPattern, PatternCompiler } from "./pattern.ts";

/** A rule for a call, ready to be matched. */
export interface CompiledRule {
  readonly rule: SyscallRule;
  readonly path: string;
  readonly line: number;
  /** As it stands in its file, without the semicolon. */
  readonly text: string;
  /** The pattern of each parameter; undefined where anything goes. */
  readonly patterns: readonly (CompiledPattern | undefined)[];
  readonly names: readonly string[];
  readonly rest: boolean;
}

/** The rules of a kernel, from any number of files. */
export class RuleSet {
  readonly name: string;
  private readonly rules: Map<string, CompiledRule[]> = new Map();
  private readonly matchers: Map<string, CallMatcher> = new Map();

  constructor(programs: readonly Program[], name = "rules") {
    this.name = name;
    for (const program of programs) {
      const compiler = new PatternCompiler(program);
      for (const rule of program.rules) {
        if (rule.kind !== "syscall") continue;
        const compiled: CompiledRule = {
          rule,
          path: program.source.path,
          line: program.source.positionAt(rule.start).line,
          text: program.source.text.slice(rule.start, rule.end),
          patterns: rule.params.map((param) =>
            param.pattern === undefined ? undefined : compiler.compile(param.pattern),
          ),
          names: rule.params.map((param) => param.name?.text ?? ""),
          rest: rule.rest,
        };
        const others = this.rules.get(rule.name.text);
        if (others === undefined) this.rules.set(rule.name.text, [compiled]);
        else others.push(compiled);
      }
    }
  }

  /** The names of the calls that have rules, in order. */
  get calls(): string[] {
    return [...this.rules.keys()].sort();
  }

  rulesOf(call: string): readonly CompiledRule[] {
    return this.rules.get(call) ?? [];
  }

  /** What matches calls of a name; undefined where no rule has that name. */
  matcher(call: string): CallMatcher | undefined {
    let matcher = this.matchers.get(call);
    if (matcher === undefined) {
      const rules = this.rules.get(call);
      if (rules === undefined) return undefined;
      matcher = new CallMatcher(call, rules);
      this.matchers.set(call, matcher);
    }
    return matcher;
  }
}
