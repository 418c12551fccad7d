// SPDX-License-Identifier: MPL-2.0

import yargs from "yargs";
import type { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { asksForHelp } from "./asks-for-help.ts";
import { findCommand, type CommandSpec } from "./commands.ts";
import { HANDLERS, type Request } from "./handlers.ts";
import { commandHelp, generalHelp } from "./help.ts";
import { nearest } from "./nearest.ts";
import { takeOptions } from "./take-options.ts";
import { unknownCommand, usageError } from "./usage.ts";

/**
 * All commands but the fast path of `run`. `args` are the words after the program's name; the exit
 * code comes back. Throws `OsdkError`.
 */
export async function runCommandLine(args: readonly string[], version: string): Promise<number> {
  const [name, ...rest] = args;
  if (name === "--help" || name === "-h" || (name === "help" && rest.length === 0)) {
    process.stdout.write(generalHelp());
    return ExitCode.SUCCESS;
  }
  if (name === "--version" && rest.length === 0) {
    process.stdout.write(`${version}\n`);
    return ExitCode.SUCCESS;
  }
  const command = findCommand(name);
  if (command === undefined) throw unknownCommand(name);
  if (asksForHelp(rest)) {
    process.stdout.write(commandHelp(command));
    return ExitCode.SUCCESS;
  }
  return HANDLERS[command.name]?.(await parse(command, rest)) ?? ExitCode.FAILURE;
}

/** Our options first; yargs says what is wrong with the rest, the operands. */
async function parse(command: CommandSpec, args: readonly string[]): Promise<Request> {
  if (command.tool !== undefined) {
    const passedOn = args.filter((word, index) => word !== "--" || args.indexOf("--") !== index);
    return { operands: new Map(), options: new Map(), passedOn };
  }
  const { values, rest } = takeOptions(args, command.options);
  const operands = new Map<string, string>();
  const parser = yargs()
    .parserConfiguration({
      "camel-case-expansion": false,
      "dot-notation": false,
      "boolean-negation": false,
      "parse-numbers": false,
      "parse-positional-numbers": false,
    })
    .command(
      [command.name, ...command.operands].join(" "),
      command.about,
      (y) => y,
      (argv: Readonly<Record<string, unknown>>) => {
        for (const operand of command.operands) {
          const name = operand.slice(1, -1);
          if (argv[name] !== undefined) operands.set(name, String(argv[name]));
        }
      },
    )
    .strict()
    .help(false)
    .version(false)
    .exitProcess(false)
    .fail((message: string | null, error: Error | undefined) => {
      // yargs throws some of its complaints and tells the others.
      if (error !== undefined && error.name !== "YError") throw error;
      throw complaint(message ?? error?.message ?? "wrong usage", command, rest);
    });
  await parser.parseAsync([command.name, ...rest]);
  return { operands, options: values, passedOn: [] };
}

/** What yargs complains of, with what was given. */
function complaint(message: string, command: CommandSpec, rest: readonly string[]): OsdkError {
  const { name, operands, options } = command;
  if (message.startsWith("Not enough non-option arguments")) {
    return usageError(`expected ${operands[0]?.slice(1, -1) ?? "a value"}`, name);
  }
  const [, first] = /^Unknown arguments?: ([^,]+)/.exec(message) ?? [];
  const given = rest.find((word) => word.replace(/^-+/, "").split("=", 1)[0] === first) ?? first;
  if (given === undefined) return usageError(message, name);
  const written = given.split("=", 1)[0] ?? given;
  const known = options.map((option) => `--${option.name}`);
  const meant = written.startsWith("-") ? nearest(written, known) : undefined;
  const kind = written.startsWith("-") ? "option" : "argument";
  const hint = meant === undefined ? "" : `. Did you mean ${meant}?`;
  return usageError(`unknown ${kind} "${written}"${hint}`, name);
}
