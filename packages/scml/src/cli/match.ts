// SPDX-License-Identifier: MPL-2.0

import { writeFileSync } from "node:fs";
import { Analyzer } from "../match/analyzer.ts";
import type { RuleSet } from "../match/rule-set.ts";
import { htmlReport } from "../report/html.ts";
import { gapLines, type Report, reportOf } from "../report/report.ts";
import { textReport } from "../report/text.ts";
import { readTraceFile } from "../trace/file.ts";
import { fileError, loadRules } from "./files.ts";
import {
  ExitCode,
  type OptionSpec,
  type ParsedArguments,
  parseArguments,
  type Terminal,
  UsageError,
} from "./usage.ts";

export const MATCH_HELP = `Usage: scml match --rules PATH... --trace FILE... [options]

Reads what strace wrote and tells which of its calls the rules do not support, and why.
Traces may be plain or gzip; "-" is standard input. Several rule sets are compared.

  --rules PATH...    SCML files, or directories of them: the rules of one kernel
  --set NAME=PATH... the rules of a kernel with a name; several are compared
  --trace FILE...    what strace wrote (strace -f -yy -o FILE PROGRAM)
  --json             print the report as JSON, as docs/scml-report.md describes it
  --jsonl            print a line of JSON for each gap, of each trace on its own
  --html FILE        write the report as one page ("-": to standard output)

Exit status: 0 all supported, 1 gaps found, 2 bad usage or input. With several sets, 0 needs
every set to support all. A line that is not strace's is reported and changes nothing; a trace
in which no line is a call is a bad input. Ctrl-C ends the reading, and the report is of what
was read.
`;

export const REPORT_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  rules: { takes: "many" },
  set: { takes: "many" },
  json: { takes: "none" },
  jsonl: { takes: "none" },
  html: { takes: "one" },
};

export async function matchCommand(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const parsed = parseArguments(args, { ...REPORT_OPTIONS, trace: { takes: "many" } });
  if (parsed.command !== undefined) throw new UsageError('match takes no program; "scml run" does');
  const traces = [...(parsed.options.get("trace") ?? []), ...parsed.words];
  if (traces.length === 0) throw new UsageError("match needs --trace FILE");
  const sets = ruleSetsOf(parsed);
  if (parsed.options.has("jsonl")) return matchEach(sets, traces, terminal);
  const analyzer = new Analyzer(sets);
  const stop = new AbortController();
  // A trace may have no end, "strace … | scml match --trace -": then Ctrl-C asks for the report.
  const interrupt = (): void => stop.abort();
  process.once("SIGINT", interrupt);
  try {
    for (const trace of traces) {
      if (!stop.signal.aborted) await analyze(analyzer, trace, stop.signal);
    }
  } finally {
    process.off("SIGINT", interrupt);
  }
  return printReport(reportOf(analyzer, traces), parsed, terminal);
}

/** For fleets of traces: the gaps of each, so that they can be counted together elsewhere. */
async function matchEach(
  sets: readonly RuleSet[],
  traces: readonly string[],
  terminal: Terminal,
): Promise<ExitCode> {
  let exit: ExitCode = ExitCode.Good;
  for (const trace of traces) {
    const analyzer = new Analyzer(sets);
    await analyze(analyzer, trace);
    const lines = gapLines(reportOf(analyzer, [trace]));
    terminal.out(lines);
    if (lines !== "") exit = ExitCode.Found;
  }
  return exit;
}

async function analyze(analyzer: Analyzer, trace: string, stop?: AbortSignal): Promise<void> {
  const reader = analyzer.reader(trace === "-" ? "<stdin>" : trace);
  try {
    await readTraceFile(trace, reader, stop);
  } catch (error) {
    throw fileError(trace, error);
  }
  analyzer.finish(reader);
  const { lines, calls, unreadable, notes } = reader.counts;
  if (calls === 0 && unreadable > 0) {
    const [first] = analyzer.unreadableLines;
    throw new UsageError(
      `${trace}: not a trace: none of its ${lines} lines is a call (line ${first?.line ?? 1}: ${first?.message ?? ""})`,
    );
  }
  if (calls === 0 && lines > 0 && notes === lines) {
    throw new UsageError(
      `${trace}: none of its ${lines} lines is a call; the table of strace -c does not tell what calls were made with: record without -c`,
    );
  }
}

/** The rule sets that the command line names. */
export function ruleSetsOf({ options }: ParsedArguments): RuleSet[] {
  const sets = new Map<string, string[]>();
  const rules = options.get("rules");
  if (rules !== undefined) sets.set("rules", [...rules]);
  let name: string | undefined;
  for (const value of options.get("set") ?? []) {
    const [, given, path] = /^([\w .-]+)=(.+)$/.exec(value) ?? [];
    if (given !== undefined) name = given;
    if (name === undefined) throw new UsageError(`--set takes NAME=PATH, not "${value}"`);
    const paths = sets.get(name) ?? [];
    sets.set(name, paths);
    paths.push(path ?? value);
  }
  if (sets.size === 0) throw new UsageError("which rules? Give --rules PATH or --set NAME=PATH");
  return [...sets].map(([setName, paths]) => loadRules(paths, setName));
}

export function printReport(
  report: Report,
  { options }: ParsedArguments,
  terminal: Terminal,
): ExitCode {
  const page = options.get("html")?.at(-1);
  if (page === "-") terminal.out(htmlReport(report));
  else if (page !== undefined) {
    try {
      writeFileSync(page, htmlReport(report));
    } catch (error) {
      throw fileError(page, error);
    }
  }
  if (options.has("json")) terminal.out(`${JSON.stringify(report, undefined, 2)}\n`);
  else if (options.has("jsonl")) terminal.out(gapLines(report));
  else if (page !== "-") terminal.out(textReport(report));
  return report.sets.some((set) => set.summary.unsupported > 0) ? ExitCode.Found : ExitCode.Good;
}
