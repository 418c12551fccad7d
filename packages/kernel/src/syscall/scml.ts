// SPDX-License-Identifier: MPL-2.0

import type { Arg, Names } from "./args.ts";
import type { Syscall } from "./define.ts";

/**
 * What one argument may be, in SCML (docs/scml-grammar.md): `O_RDONLY | O_CLOEXEC`,
 * `{ sa_flags = SA_RESTART, .. }`, `[ { events = POLLIN, .. } ]`, `<INTEGER>`, `0`.
 */
export type Pattern = string;

/** One use of a call that is supported: patterns by the names of the arguments. */
export type Rule = Readonly<Record<string, Pattern>>;

/** The names of a table as a pattern, without those that the kernel refuses. */
export function among(names: Names, ...except: readonly string[]): Pattern {
  const left = Object.keys(names).filter((name) => !except.includes(name));
  // No flag is there yet.
  return left.length === 0 ? "0" : left.join(" | ");
}

const LICENSE = "// SPDX-License-Identifier: MPL-2.0\n\n";
const INTRODUCTION = `// What @aster/kernel supports of Linux's system calls on x86-64, in SCML.
// Made from the declarations under packages/kernel/src/syscall by tools/scml-kernel; do not edit.
`;

/** The rules of all calls, in the order of their numbers. */
export function scmlOf(syscalls: readonly Syscall[]): string {
  const sorted = [...syscalls].sort((a, b) => a.number.x86_64 - b.number.x86_64);
  const parts = [LICENSE, INTRODUCTION];
  let previous = false;
  for (const call of sorted) {
    const rules = rulesOf(call);
    const note = call.note === undefined ? "" : `// ${call.name}: ${call.note}\n`;
    const text = rules.map((rule) => `${rule}\n`).join("");
    const stands = note !== "" || rules.length > 1 || text.length > 80;
    parts.push(stands || previous ? `\n${note}${text}` : text);
    previous = stands;
  }
  return parts.join("");
}

/** The rules of one call: none where the kernel refuses it whatever its arguments are. */
export function rulesOf(call: Syscall): readonly string[] {
  return (call.scml ?? [{}]).map((rule) => ruleText(call, rule));
}

function ruleText(call: Syscall, rule: Rule): string {
  const { args, name } = call;
  const always = args.length - (call.optional ?? 0);
  const patterns = new Map(Object.entries(rule));
  const last = args.findLastIndex((arg) => patterns.has(arg.name));
  const shown = Math.max(always, last + 1);
  const printed = args.slice(0, shown).filter(({ render }) => render.as !== "nothing");
  const params = printed.map((arg) => {
    const pattern = patterns.get(arg.name) ?? patternOf(arg);
    return pattern === undefined ? arg.name : `${arg.name} = ${pattern}`;
  });
  if (shown < args.length) params.push("..");
  return `${name}(${params.join(", ")});`;
}

/** What a declaration says by itself: all the names that the argument is printed with. */
export function patternOf({ render }: Arg): Pattern | undefined {
  if (render.as === "one-of") return among(render.names);
  if (render.as !== "flags") return undefined;
  const isNamed = render.empty !== undefined && render.empty !== "0";
  const names = among(render.names);
  return isNamed && !Object.hasOwn(render.names, render.empty)
    ? `${render.empty} | ${names}`
    : names;
}
