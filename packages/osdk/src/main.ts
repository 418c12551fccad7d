// SPDX-License-Identifier: MPL-2.0

import { HELP as RUN_HELP, run } from "./commands/run.ts";
import { ExitCode } from "./exit-codes.ts";

const HELP = `Usage: osdk COMMAND [OPTIONS]

Commands:
  run [OPTIONS] [-- CMD ARGS...]   boot the kernel, to a shell or to run CMD
  help [COMMAND]                   print this text, or that of a command

Options:
  --help                           print this text
  --version                        print the version
`;

interface OsdkCommand {
  readonly help: string;
  readonly run: (args: readonly string[]) => Promise<number>;
}

const COMMANDS: Readonly<Record<string, OsdkCommand>> = {
  run: { help: RUN_HELP, run },
};

/** `osdk ARGS…`: the exit code. Never throws; failures are told on standard error. */
export async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined) {
    process.stderr.write(HELP);
    return ExitCode.USAGE;
  }
  if (name === "--help" || name === "-h") return printHelp(undefined);
  if (name === "help") return printHelp(rest[0]);
  if (name === "--version") return printVersion();
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) return unknownCommand(name);
  return command.run(rest);
}

function printHelp(name: string | undefined): number {
  if (name === undefined) {
    process.stdout.write(HELP);
    return ExitCode.SUCCESS;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) return unknownCommand(name);
  process.stdout.write(command.help);
  return ExitCode.SUCCESS;
}

function unknownCommand(name: string): number {
  const known = Object.keys(COMMANDS).join(", ");
  process.stderr.write(`osdk: unknown command "${name}"; expected one of ${known}, help\n`);
  return ExitCode.USAGE;
}

async function printVersion(): Promise<number> {
  const { default: manifest } = (await import("@aster/osdk/package.json", {
    with: { type: "json" },
  })) as { default: { version: string } };
  process.stdout.write(`${manifest.version}\n`);
  return ExitCode.SUCCESS;
}
