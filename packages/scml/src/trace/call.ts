// SPDX-License-Identifier: MPL-2.0

import { LineScanner } from "./line.ts";
import { TraceReader } from "./reader.ts";
import { parseArgument, type NamedValue } from "./value-parser.ts";

/** A call of a trace, wholly read. */
export interface TraceCall {
  /** -1 where the trace names no process. */
  readonly pid: number;
  readonly name: string;
  readonly args: readonly NamedValue[];
  /** As printed: `3</etc/passwd>`, `-1 ENOENT (No such file or directory)`; empty if it never returned. */
  readonly result: string;
  readonly incomplete: boolean;
  readonly line: number;
}

export interface TraceProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** Reads all of a trace. For large ones use a TraceReader, which keeps nothing. */
export function readTrace(text: string): { calls: TraceCall[]; problems: TraceProblem[] } {
  const calls: TraceCall[] = [];
  const problems: TraceProblem[] = [];
  const reader = new TraceReader({
    call: (scanner, place, incomplete) => calls.push(callOf(scanner, place.line, incomplete)),
    unreadable: (place, column, message) => problems.push({ line: place.line, column, message }),
  });
  reader.write(text);
  reader.end();
  return { calls, problems };
}

/** The call that a scanner has found. */
export function callOf(scanner: LineScanner, line: number, incomplete: boolean): TraceCall {
  const args: NamedValue[] = [];
  for (let index = 0; index < scanner.argc; index += 1)
    args.push(parseArgument(scanner.arg(index)));
  const result = incomplete
    ? ""
    : (/^[^\n]*/.exec(scanner.text.slice(scanner.restStart))?.[0] ?? "");
  return { pid: scanner.pid, name: scanner.name, args, result: result.trimEnd(), incomplete, line };
}
