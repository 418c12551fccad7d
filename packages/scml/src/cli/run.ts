// SPDX-License-Identifier: MPL-2.0

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Analyzer } from "../match/analyzer.ts";
import { reportOf } from "../report/report.ts";
import type { TraceReader } from "../trace/reader.ts";
import { fileError } from "./files.ts";
import { printReport, REPORT_OPTIONS, ruleSetsOf } from "./match.ts";
import { ExitCode, parseArguments, type Terminal, UsageError } from "./usage.ts";

export const RUN_HELP = `Usage: scml run --rules PATH... [options] -- PROGRAM [ARGUMENT...]

Runs a program under strace (5.15 or newer has to be installed) and reports as "scml match"
does. The program gets its arguments as they are, without a shell; its input and output are
this command's, the report follows on standard error unless --json or --html - is given.

  --rules PATH...    SCML files, or directories of them
  --set NAME=PATH... the rules of a kernel with a name; several are compared
  --keep FILE        keep the trace
  --json, --jsonl    print the report on standard output as JSON, or a line for each gap
  --html FILE        write the report as one page

Exit status: 0 all supported, 1 gaps found, 2 bad usage, no strace, or no such program. The
program's own status is in the report of standard error where it is not 0.
`;

export async function runCommand(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const parsed = parseArguments(args, { ...REPORT_OPTIONS, keep: { takes: "one" } });
  const [program, ...programArgs] = parsed.command ?? [];
  if (program === undefined) throw new UsageError("run needs a program behind --");
  if (parsed.words.length > 0)
    throw new UsageError(
      `"${parsed.words[0]}" stands before --; what is to be run stands behind it`,
    );
  const sets = ruleSetsOf(parsed);
  const analyzer = new Analyzer(sets);
  const reader = analyzer.reader(parsed.options.get("keep")?.at(-1) ?? "<strace>");
  const status = await trace(program, programArgs, parsed.options.get("keep")?.at(-1), reader);
  analyzer.finish(reader);
  if (reader.counts.calls === 0) throw new UsageError(`strace could not run ${program}`);
  if (status !== "0") terminal.err(`scml: ${program} ended with ${status}\n`);
  const structured =
    parsed.options.has("json") ||
    parsed.options.has("jsonl") ||
    parsed.options.get("html")?.at(-1) === "-";
  return printReport(
    reportOf(analyzer, [program]),
    parsed,
    structured ? terminal : { out: terminal.err, err: terminal.err },
  );
}

/** Runs strace with a named pipe to write to, and reads what comes until strace has ended. */
async function trace(
  program: string,
  args: readonly string[],
  keep: string | undefined,
  reader: TraceReader,
): Promise<string> {
  const kept = keep === undefined ? undefined : openKept(keep);
  const dir = mkdtempSync(join(tmpdir(), "scml-run-"));
  const pipe = join(dir, "trace");
  // Signals from the keyboard go to the program too; the report is wanted all the same.
  const ignore = (): void => undefined;
  process.on("SIGINT", ignore);
  try {
    makePipe(pipe);
    // The reading end opens at once without a writer, and our own writing end keeps it from ending
    // before strace has opened its own.
    const readFd = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
    const writeFd = openSync(pipe, constants.O_WRONLY);
    const stream = new Socket({ fd: readFd, readable: true, writable: false });
    const child = spawn("strace", ["-f", "-yy", "-o", pipe, "--", program, ...args], {
      stdio: "inherit",
    });
    const ended = exitOf(child).finally(() => closeSync(writeFd));
    // Awaited below; a failure before that is not to be an unhandled one.
    ended.catch(ignore);
    for await (const piece of stream) {
      if (kept !== undefined) writeSync(kept, piece as Buffer);
      reader.write((piece as Buffer).toString("latin1"));
    }
    return await ended;
  } finally {
    process.off("SIGINT", ignore);
    if (kept !== undefined) closeSync(kept);
    rmSync(dir, { recursive: true, force: true });
  }
}

function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.on("error", (error: NodeJS.ErrnoException) => {
      reject(
        error.code === "ENOENT"
          ? new UsageError("strace is not installed; on Debian: apt-get install strace")
          : new UsageError(`strace: ${error.message}`),
      );
    });
    child.on("exit", (code, signal) => resolve(signal ?? String(code)));
  });
}

function makePipe(path: string): void {
  try {
    execFileSync("mkfifo", [path]);
  } catch (error) {
    throw new UsageError(
      `mkfifo, of coreutils, made no pipe: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function openKept(path: string): number {
  try {
    return openSync(path, "w");
  } catch (error) {
    throw fileError(path, error);
  }
}
