// SPDX-License-Identifier: MPL-2.0

import type { SourceText } from "./source.ts";

/** Errors make a file unusable; warnings are about rules that say something else than they seem. */
export type Severity = "error" | "warning";

/** Something to say about a place in an SCML file. */
export interface Diagnostic {
  /** `SCML001` and so on; docs/scml/ has a page for each. */
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  /** Offsets in the text; `end` is behind the last character. */
  readonly start: number;
  readonly end: number;
  /** What to do about it, where that is known. */
  readonly help?: string;
}

/** Columns of a line that are shown. */
const MAX_SHOWN = 200;

/** The lines that a terminal shows for a diagnostic: the place, the line, a caret below it. */
export function renderDiagnostic(diagnostic: Diagnostic, source: SourceText): string {
  const { line, column } = source.positionAt(diagnostic.start);
  const whole = source.lineText(line);
  // Of a very long line, what is around the place.
  const from = whole.length <= MAX_SHOWN ? 0 : Math.max(0, column - 1 - MAX_SHOWN / 2);
  const text = whole.slice(from, from + MAX_SHOWN);
  const at = column - 1 - from;
  const gutter = String(line);
  const before = text.slice(0, at).replace(/[^\t]/g, " ");
  const length = Math.max(1, Math.min(diagnostic.end - diagnostic.start, text.length - at));
  const lines = [
    `${source.path}:${line}:${column}: ${diagnostic.severity}[${diagnostic.code}]: ${diagnostic.message}`,
    ` ${gutter} | ${text}`,
    ` ${" ".repeat(gutter.length)} | ${before}${"^".repeat(length)}`,
  ];
  if (diagnostic.help !== undefined)
    lines.push(` ${" ".repeat(gutter.length)} = ${diagnostic.help}`);
  return `${lines.join("\n")}\n`;
}

/** A diagnostic with its place in numbers, as `scml check --json` prints it. */
export interface DiagnosticRecord {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly help?: string;
}

export function diagnosticRecord(diagnostic: Diagnostic, source: SourceText): DiagnosticRecord {
  const from = source.positionAt(diagnostic.start);
  const to = source.positionAt(diagnostic.end);
  return {
    path: source.path,
    line: from.line,
    column: from.column,
    endLine: to.line,
    endColumn: to.column,
    code: diagnostic.code,
    severity: diagnostic.severity,
    message: diagnostic.message,
    ...(diagnostic.help === undefined ? {} : { help: diagnostic.help }),
  };
}
