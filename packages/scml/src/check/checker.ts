// SPDX-License-Identifier: MPL-2.0

import type { Architecture } from "../facts/syscall-table.ts";
import type { Diagnostic } from "../syntax/diagnostic.ts";
import type { Program } from "../syntax/ast.ts";
import { parse } from "../syntax/parser.ts";
import { checkAgainstLinux } from "./linux.ts";
import { checkNames } from "./names.ts";
import { checkRules } from "./rules.ts";
import { checkShadowing } from "./shadow.ts";

export interface CheckOptions {
  /** Warn of calls that this architecture does not have; without it, of those that none has. */
  readonly architecture?: Architecture;
}

export interface CheckResult {
  readonly program: Program;
  /** In the order of the text. */
  readonly diagnostics: readonly Diagnostic[];
  /** Whether the file can be used. */
  readonly ok: boolean;
}

/** Parses and checks a file. */
export function check(text: string, path = "<input>", options: CheckOptions = {}): CheckResult {
  const { program, diagnostics: syntax } = parse(text, path);
  const diagnostics = [
    ...syntax,
    ...checkNames(program),
    ...checkRules(program),
    ...checkAgainstLinux(program, options.architecture),
    ...checkShadowing(program),
  ].sort((a, b) => a.start - b.start);
  return {
    program,
    diagnostics,
    ok: !diagnostics.some((diagnostic) => diagnostic.severity === "error"),
  };
}
