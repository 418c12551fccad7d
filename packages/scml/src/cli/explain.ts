// SPDX-License-Identifier: MPL-2.0

import { argumentTable } from "../facts/flag-table.ts";
import { ARCHITECTURES, syscallFacts } from "../facts/syscall-table.ts";
import { Verdict } from "../match/verdict.ts";
import { explainCall, type RuleExplanation } from "../match/explain.ts";
import { LineKind, LineScanner } from "../trace/line.ts";
import { nearestWord } from "../check/suggest.ts";
import { ruleSetsOf } from "./match.ts";
import { ExitCode, parseArguments, type Terminal, UsageError } from "./usage.ts";

export const EXPLAIN_HELP = `Usage: scml explain [--rules PATH... | --set NAME=PATH...] 'CALL(ARGUMENTS)'

Matches one call, written as strace prints it, with every rule of its name and tells which of
them takes it, or what keeps each from it. Without rules, prints what is known of the call.

  scml explain --rules kernel.scml 'open("/tmp", O_RDWR|O_TMPFILE, 0600)'

Exit status: 0 a rule takes the call, 1 none does, 2 bad usage or input.
`;

export function explainCommand(args: readonly string[], terminal: Terminal): ExitCode {
  const parsed = parseArguments(args, { rules: { takes: "many" }, set: { takes: "many" } });
  const words = [...parsed.words];
  // "--rules A 'open(...)'": the call is no path.
  const options = new Map(
    [...parsed.options].map(([name, values]) => {
      const last = values.at(-1);
      if (words.length > 0 || last === undefined || !/^\w+\(.*\)/.test(last))
        return [name, values] as const;
      words.push(last);
      return [name, values.slice(0, -1)] as const;
    }),
  );
  const [text, ...more] = words;
  if (text === undefined || more.length > 0)
    throw new UsageError("explain needs one call, in quotes");
  if (options.size === 0) return describeCall(text, terminal);
  const scanner = new LineScanner();
  const line = /^[^\n]*\)\s*$/.test(text) ? `${text} = ?` : text;
  const kind = scanner.scan(line, 0, line.length);
  if (kind !== LineKind.Call && kind !== LineKind.Cut) {
    const problem =
      kind === LineKind.Unreadable
        ? `${scanner.problem} (column ${scanner.problemAt + 1})`
        : "this is no call";
    throw new UsageError(`${problem}: ${text}`);
  }
  let exit: ExitCode = ExitCode.Good;
  const sets = ruleSetsOf({ ...parsed, options });
  for (const rules of sets) {
    const found = explainCall(rules, scanner, kind === LineKind.Cut);
    if (sets.length > 1) terminal.out(`== ${rules.name} ==\n`);
    if (!found.some(({ verdict }) => verdict !== Verdict.No)) exit = ExitCode.Found;
    if (found.length === 0) {
      const near = nearestWord(scanner.name, rules.calls);
      terminal.out(
        `no rule for ${scanner.name}${near === undefined ? "" : ` (there are rules for ${near})`}\n`,
      );
    }
    for (const explanation of found) terminal.out(explanationText(explanation));
  }
  return exit;
}

const VERDICTS = ["does not match", "matches as far as the call shows", "matches"];

function explanationText({ rule, verdict, count, mismatches }: RuleExplanation): string {
  const lines = [`${rule.path}:${rule.line}: ${VERDICTS[verdict] ?? ""}`];
  for (const textLine of rule.text.split("\n")) lines.push(`    ${textLine}`);
  if (count !== undefined)
    lines.push(
      `  - ${count.found} arguments; the rule takes ${count.wanted}${count.orMore ? " or more" : ""}`,
    );
  for (const { argument, at, culprit, wanted } of mismatches) {
    lines.push(`  - ${argument}${at}: ${culprit} is not in ${wanted}`);
  }
  return `${lines.join("\n")}\n`;
}

/** What Linux has under the name. */
function describeCall(text: string, terminal: Terminal): ExitCode {
  const name = /^\w+/.exec(text)?.[0] ?? "";
  const fact = syscallFacts().get(name);
  if (fact === undefined) {
    const near = nearestWord(name, syscallFacts().keys());
    terminal.out(
      `Linux has no system call "${name}"${near === undefined ? "" : `; did you mean "${near}"?`}\n`,
    );
    return ExitCode.Found;
  }
  const numbers = ARCHITECTURES.filter((arch) => fact.numbers[arch] !== undefined).map(
    (arch) => `${arch} ${fact.numbers[arch] ?? ""}`,
  );
  terminal.out(
    `${name}: ${numbers.length === 0 ? "on 32-bit systems only" : `number on ${numbers.join(", ")}`}\n`,
  );
  if (fact.args !== undefined)
    terminal.out(`  ${fact.args} argument${fact.args === 1 ? "" : "s"}\n`);
  for (let index = 0; index < (fact.args ?? 0); index += 1) {
    const table = argumentTable(name, index);
    if (table !== undefined)
      terminal.out(`  argument ${index + 1}: ${[...table.values.keys()].join(" | ")}\n`);
  }
  terminal.out(`  https://man7.org/linux/man-pages/man2/${name}.2.html\n`);
  return ExitCode.Good;
}
