// SPDX-License-Identifier: MPL-2.0

import { writeFileSync } from "node:fs";
import { format } from "../format/formatter.ts";
import { renderDiagnostic } from "../syntax/diagnostic.ts";
import { SourceText } from "../syntax/source.ts";
import { fileError, readText, scmlFiles } from "./files.ts";
import { ExitCode, parseArguments, type Terminal, UsageError } from "./usage.ts";

export const FMT_HELP = `Usage: scml fmt [--check] PATH...

Lays out SCML files, and all .scml files of directories, in place. "-" reads standard input
and writes standard output. Comments stay; a file with syntax errors is left as it is.

  --check  change nothing, name the files that are not laid out this way

Exit status: 0 done, 1 a file has syntax errors or, with --check, would change, 2 bad usage
or input.
`;

export function fmtCommand(args: readonly string[], terminal: Terminal): ExitCode {
  const { options, words } = parseArguments(args, { check: { takes: "none" } });
  if (words.length === 0) throw new UsageError("fmt needs a file");
  let exit: ExitCode = ExitCode.Good;
  for (const path of scmlFiles(words)) {
    const text = readText(path);
    const result = format(text, path);
    if (!result.ok) {
      const source = new SourceText(path, text);
      for (const diagnostic of result.diagnostics)
        terminal.err(renderDiagnostic(diagnostic, source));
      exit = ExitCode.Found;
    } else if (options.has("check")) {
      if (result.text === text) continue;
      terminal.out(`${path}\n`);
      exit = ExitCode.Found;
    } else if (path === "-") {
      terminal.out(result.text);
    } else if (result.text !== text) {
      try {
        writeFileSync(path, result.text);
      } catch (error) {
        throw fileError(path, error);
      }
      terminal.out(`${path}\n`);
    }
  }
  return exit;
}
