// SPDX-License-Identifier: MPL-2.0

import { check, type Program, renderDiagnostic } from "@aster/scml";

/** The rules of one kernel, as they were given. */
export interface KernelRules {
  readonly name: string;
  readonly files: readonly { readonly name: string; readonly text: string }[];
}

export interface CheckedRules {
  /** Undefined where the rules have errors. */
  readonly programs: readonly Program[] | undefined;
  /** What is wrong with them, errors and warnings, as `scml check` prints it. */
  readonly problems: string;
}

export function checkRules(rules: KernelRules): CheckedRules {
  const results = rules.files.map(({ name, text }) => check(text.replace(/^\uFEFF/, ""), name));
  const problems = results.flatMap(({ program, diagnostics }) =>
    diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, program.source)),
  );
  return {
    programs: results.every(({ ok }) => ok) ? results.map(({ program }) => program) : undefined,
    problems: problems.join(""),
  };
}
