// SPDX-License-Identifier: MPL-2.0

import { LanguageServer } from "../lsp/server.ts";
import { type ExitCode, parseArguments, UsageError } from "./usage.ts";

export const LSP_HELP = `Usage: scml lsp [--stdio]

Serves an editor by the Language Server Protocol over standard input and output: diagnostics,
completion of calls, flags and names, hover, definitions, formatting.

  --stdio  what it does anyway; editors like to say so

Exit status: 0 after "shutdown" and "exit", 1 when the editor goes without them, 2 bad usage.
`;

export async function lspCommand(args: readonly string[]): Promise<ExitCode> {
  const { words } = parseArguments(args, { stdio: { takes: "none" } });
  if (words.length > 0) throw new UsageError(`lsp takes no "${words[0] ?? ""}"`);
  const server = new LanguageServer((text) => void process.stdout.write(text));
  for await (const piece of process.stdin) {
    server.receive(piece as Buffer);
    if (server.exitCode !== undefined) break;
  }
  return server.exitCode === 0 ? 0 : 1;
}
