// SPDX-License-Identifier: MPL-2.0

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  closeSync,
  constants,
  createReadStream,
  mkdtempSync,
  openSync,
  rmSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Analyzer } from "../match/analyzer.ts";
import { reportOf } from "../report/report.ts";
import type { TraceReader } from "../trace/reader.ts";
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

/** Ends the trace in the pipe: strace itself prints no such line. */
const END_OF_TRACE = "\n+++ end of trace +++\n";

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
  const dir = mkdtempSync(join(tmpdir(), "scml-run-"));
  const pipe = join(dir, "trace");
  const kept = keep === undefined ? undefined : openSync(keep, "w");
  // Signals from the keyboard go to the program too; the report is wanted all the same.
  const ignore = (): void => undefined;
  process.on("SIGINT", ignore);
  try {
    execFileSync("mkfifo", [pipe]);
    // Open for both directions, so that neither opening waits for the other end.
    const fd = openSync(pipe, constants.O_RDWR);
    const child = spawn("strace", ["-f", "-yy", "-o", pipe, "--", program, ...args], {
      stdio: "inherit",
    });
    const ended = exitOf(child).finally(() => writeSync(fd, END_OF_TRACE));
    ended.catch(ignore);
    let text = "";
    for await (const piece of createReadStream("", {
      fd,
      autoClose: false,
      highWaterMark: 64 * 1024,
    })) {
      const bytes = piece as Buffer;
      text += bytes.toString("latin1");
      const end = text.endsWith(END_OF_TRACE);
      // What may be the beginning of the last line waits for the next piece.
      const ready = end
        ? text.length - END_OF_TRACE.length
        : Math.max(0, text.length - END_OF_TRACE.length);
      const part = text.slice(0, ready);
      if (kept !== undefined) writeSync(kept, Buffer.from(part, "latin1"));
      reader.write(part);
      text = text.slice(ready);
      if (end) break;
    }
    if (kept !== undefined) writeSync(kept, "\n");
    closeSync(fd);
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
