// SPDX-License-Identifier: MPL-2.0

import { ExitCode, type Terminal, UsageError } from "./usage.ts";

const COMMANDS = ["check", "fmt", "match", "run", "explain", "lsp"];

export const HELP = `Usage: scml COMMAND [options]

The System Call Matching Language: does this program run on that kernel?

  check    find errors in SCML files
  fmt      lay out SCML files
  match    report the calls of a trace that rules do not support
  run      run a program under strace and report on it
  explain  tell which rules take a call, and why others do not
  lsp      serve an editor over standard input and output

"scml COMMAND --help" tells more. Exit status: 0 all is well, 1 gaps or errors were found,
2 bad usage or input.
`;

/** Runs a command line. Each command is loaded when it is asked for: starting is quick. */
export async function main(
  args: readonly string[],
  terminal: Terminal = processTerminal(),
): Promise<ExitCode> {
  const [command, ...rest] = args;
  const end = rest.indexOf("--");
  const own = end < 0 ? rest : rest.slice(0, end);
  const wantsHelp = own.includes("--help") || own.includes("-h");
  try {
    switch (command) {
      case "check": {
        const { CHECK_HELP, checkCommand } = await import("./check.ts");
        return wantsHelp ? help(CHECK_HELP, terminal) : checkCommand(rest, terminal);
      }
      case "fmt": {
        const { FMT_HELP, fmtCommand } = await import("./fmt.ts");
        return wantsHelp ? help(FMT_HELP, terminal) : fmtCommand(rest, terminal);
      }
      case "match": {
        const { MATCH_HELP, matchCommand } = await import("./match.ts");
        return wantsHelp ? help(MATCH_HELP, terminal) : await matchCommand(rest, terminal);
      }
      case "run": {
        const { RUN_HELP, runCommand } = await import("./run.ts");
        return wantsHelp ? help(RUN_HELP, terminal) : await runCommand(rest, terminal);
      }
      case "explain": {
        const { EXPLAIN_HELP, explainCommand } = await import("./explain.ts");
        return wantsHelp ? help(EXPLAIN_HELP, terminal) : explainCommand(rest, terminal);
      }
      case "lsp": {
        const { LSP_HELP, lspCommand } = await import("./lsp.ts");
        return wantsHelp ? help(LSP_HELP, terminal) : await lspCommand(rest);
      }
      case "--help":
      case "-h":
      case "help":
        return help(HELP, terminal);
      case "--version":
        return await version(terminal);
      case undefined:
        terminal.err(HELP);
        return ExitCode.Usage;
      default:
        throw new UsageError(`there is no command "${command}"`);
    }
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    terminal.err(`scml: ${error.message.trimEnd()}\n`);
    if (!error.message.includes("\n") && !error.message.includes(": ")) {
      terminal.err(
        `"scml ${command !== undefined && COMMANDS.includes(command) ? `${command} ` : ""}--help" tells how it is used.\n`,
      );
    }
    return ExitCode.Usage;
  }
}

function help(text: string, terminal: Terminal): ExitCode {
  terminal.out(text);
  return ExitCode.Good;
}

async function version(terminal: Terminal): Promise<ExitCode> {
  const { readFileSync } = await import("node:fs");
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  terminal.out(`${(JSON.parse(text) as { version: string }).version}\n`);
  return ExitCode.Good;
}

function processTerminal(): Terminal {
  // "scml … | head" is no error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(ExitCode.Good);
  });
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
  };
}
