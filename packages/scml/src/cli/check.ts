// SPDX-License-Identifier: MPL-2.0

import { check } from "../check/checker.ts";
import { ARCHITECTURES, type Architecture } from "../facts/syscall-table.ts";
import { diagnosticRecord, renderDiagnostic } from "../syntax/diagnostic.ts";
import { readText, scmlFiles } from "./files.ts";
import { ExitCode, parseArguments, type Terminal, UsageError } from "./usage.ts";

export const CHECK_HELP = `Usage: scml check [--strict] [--arch NAME] [--json] PATH...

Reads SCML files, and all .scml files of directories, and prints what is wrong with them.
Errors are what makes a file unusable: its syntax, and names that it does not define.
Warnings are calls, flags and numbers of arguments that Linux does not have, and rules that
can never matter. "-" is standard input.

  --strict     exit with 1 for warnings too
  --arch NAME  warn of calls that x86_64, aarch64 or riscv64 does not have
  --json       print an array of {path, line, column, endLine, endColumn, code, severity,
               message, help} instead of text

Exit status: 0 no errors, 1 errors (with --strict: or warnings), 2 bad usage or input.
`;

export function checkCommand(args: readonly string[], terminal: Terminal): ExitCode {
  const { options, words } = parseArguments(args, {
    strict: { takes: "none" },
    arch: { takes: "one" },
    json: { takes: "none" },
  });
  if (words.length === 0) throw new UsageError("check needs a file");
  const arch = options.get("arch")?.at(-1);
  const architecture = ARCHITECTURES.find((name) => name === arch) as Architecture | undefined;
  if (arch !== undefined && architecture === undefined) {
    throw new UsageError(`--arch takes one of ${ARCHITECTURES.join(", ")}, not "${arch}"`);
  }
  const results = scmlFiles(words).map((path) =>
    check(readText(path), path, architecture === undefined ? {} : { architecture }),
  );
  let errors = 0;
  let warnings = 0;
  for (const { diagnostics } of results) {
    for (const { severity } of diagnostics) {
      if (severity === "error") errors += 1;
      else warnings += 1;
    }
  }
  if (options.has("json")) {
    const records = results.flatMap(({ program, diagnostics }) =>
      diagnostics.map((diagnostic) => diagnosticRecord(diagnostic, program.source)),
    );
    terminal.out(`${JSON.stringify(records, undefined, 2)}\n`);
  } else {
    for (const { program, diagnostics } of results) {
      for (const diagnostic of diagnostics)
        terminal.out(renderDiagnostic(diagnostic, program.source));
    }
    const rules = results.reduce((sum, { program }) => sum + program.rules.length, 0);
    terminal.out(
      `${results.length} ${plural("file", results.length)}, ${rules} ${plural("rule", rules)}: ` +
        `${errors} ${plural("error", errors)}, ${warnings} ${plural("warning", warnings)}\n`,
    );
  }
  return errors > 0 || (options.has("strict") && warnings > 0) ? ExitCode.Found : ExitCode.Good;
}

function plural(word: string, count: number): string {
  return count === 1 ? word : `${word}s`;
}
