// SPDX-License-Identifier: MPL-2.0

import type { Pattern, Program } from "../syntax/ast.ts";
import type { Diagnostic } from "../syntax/diagnostic.ts";
import { visitFlags } from "./names.ts";

/** Repetitions within a rule, and patterns that no value of a trace can match. */
export function checkRules(program: Program): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const warn = (code: string, message: string, span: { start: number; end: number }): void => {
    diagnostics.push({ code, severity: "warning", message, start: span.start, end: span.end });
  };
  const check = (pattern: Pattern): void => {
    visitFlags(pattern, (flags) => {
      const seen = new Set<string>();
      for (const part of flags.parts) {
        const key =
          part.kind === "flag"
            ? part.name
            : part.kind === "number"
              ? String(part.value)
              : part.kind === "reference"
                ? `<${part.name}>`
                : undefined;
        if (key !== undefined && seen.has(key)) warn("SCML109", `"${key}" is listed twice`, part);
        else if (key !== undefined) seen.add(key);
        if (part.kind !== "path") continue;
        for (const tree of part.trees) {
          if (!tree.startsWith("/"))
            warn("SCML112", `the sub-tree ${JSON.stringify(tree)} does not begin with "/"`, part);
        }
      }
    });
    visitStructs(pattern);
  };
  const visitStructs = (pattern: Pattern): void => {
    if (pattern.kind === "array") pattern.elements.forEach(visitStructs);
    if (pattern.kind !== "struct") return;
    if (pattern.fields.length === 0 && !pattern.rest) {
      warn("SCML107", "strace prints no struct without fields, so that this matches none", pattern);
    }
    const seen = new Set<string>();
    for (const field of pattern.fields) {
      if (seen.has(field.name.text))
        warn("SCML110", `the field "${field.name.text}" is listed twice`, field.name);
      seen.add(field.name.text);
      if (field.pattern !== undefined) visitStructs(field.pattern);
    }
  };
  for (const rule of program.rules) {
    if (rule.kind !== "syscall") {
      check(rule.pattern);
      continue;
    }
    const seen = new Set<string>();
    for (const param of rule.params) {
      const { name } = param;
      if (name !== undefined && seen.has(name.text))
        warn("SCML111", `two arguments are named "${name.text}"`, name);
      if (name !== undefined) seen.add(name.text);
      if (param.pattern !== undefined) check(param.pattern);
    }
  }
  return diagnostics;
}
