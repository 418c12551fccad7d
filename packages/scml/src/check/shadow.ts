// SPDX-License-Identifier: MPL-2.0

import type { CompiledFlags, CompiledPattern, CompiledStruct } from "../match/pattern.ts";
import type { CompiledRule } from "../match/rule-set.ts";
import { RuleSet } from "../match/rule-set.ts";
import type { Program } from "../syntax/ast.ts";
import type { Diagnostic } from "../syntax/diagnostic.ts";

/** More rules of one call than this are not compared with one another. */
const MOST_COMPARED = 500;

/** Patterns that are compared for one call; beyond it, nothing is said to be covered. */
const MOST_STEPS = 200_000;
let budget = 0;

/** Rules for which another rule of the file leaves nothing to match. */
export function checkShadowing(program: Program): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const rules = new RuleSet([program]);
  for (const call of rules.calls) {
    const list = rules.rulesOf(call);
    if (list.length > MOST_COMPARED) continue;
    budget = MOST_STEPS;
    list.forEach((rule, index) => {
      const other = list.find((candidate, at) => {
        if (at === index || !covers(candidate, rule)) return false;
        // Of two that cover each other, the later one is at fault.
        return at < index || !covers(rule, candidate);
      });
      if (other === undefined) return;
      const same = covers(rule, other);
      diagnostics.push({
        code: same ? "SCML105" : "SCML106",
        severity: "warning",
        message: same
          ? `this rule says the same as the one in line ${other.line}`
          : `the rule in line ${other.line} matches all that this one does`,
        start: rule.rule.start,
        end: rule.rule.end,
      });
    });
  }
  return diagnostics;
}

/** Whether every call that `narrow` matches is one that `wide` matches. */
export function covers(wide: CompiledRule, narrow: CompiledRule): boolean {
  const count = narrow.patterns.length;
  const enough = wide.rest
    ? wide.patterns.length <= count
    : wide.patterns.length === count && !narrow.rest;
  if (!enough) return false;
  return wide.patterns.every((pattern, index) => patternCovers(pattern, narrow.patterns[index]));
}

function patternCovers(
  wide: CompiledPattern | undefined,
  narrow: CompiledPattern | undefined,
): boolean {
  if (wide === undefined || wide === narrow) return true;
  budget -= 1;
  if (narrow === undefined || budget < 0) return false;
  if (wide.kind === "flags" && narrow.kind === "flags") return flagsCover(wide, narrow);
  if (wide.kind === "struct" && narrow.kind === "struct") return structCovers(wide, narrow);
  if (wide.kind === "array" && narrow.kind === "array") {
    return narrow.elements.every((element) =>
      wide.elements.some((other) => patternCovers(other, element)),
    );
  }
  return false;
}

function flagsCover(wide: CompiledFlags, narrow: CompiledFlags): boolean {
  for (const name of narrow.names) if (!wide.names.has(name)) return false;
  for (const number of narrow.numbers) if (!wide.integer && !wide.numbers.has(number)) return false;
  if (narrow.integer && !wide.integer) return false;
  // A list of numbers or paths alone does not take "no flags"; one with names does.
  if (narrow.names.size > 0 && wide.names.size === 0) return false;
  if (narrow.trees !== undefined) {
    if (wide.trees === undefined) return false;
    const { trees } = wide;
    if (
      trees.length > 0 &&
      (narrow.trees.length === 0 ||
        !narrow.trees.every((tree) =>
          trees.some((other) => other.every((part, index) => part === tree[index])),
        ))
    )
      return false;
  }
  return narrow.structs.every((struct) =>
    wide.structs.some((other) => structCovers(other, struct)),
  );
}

function structCovers(wide: CompiledStruct, narrow: CompiledStruct): boolean {
  return narrow.alternatives.every((alternative) =>
    wide.alternatives.some((other) => {
      if (!other.rest && (alternative.rest || other.fields.size !== alternative.fields.size))
        return false;
      for (const [name, pattern] of other.fields) {
        if (!alternative.fields.has(name) || !patternCovers(pattern, alternative.fields.get(name)))
          return false;
      }
      return true;
    }),
  );
}
