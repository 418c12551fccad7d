// SPDX-License-Identifier: MPL-2.0

import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { COMMANDS } from "./commands.ts";
import { nearest } from "./nearest.ts";

/** What no command of ours is. */
export function unknownCommand(name: string | undefined): OsdkError {
  if (name === undefined) return usageError("expected a command");
  if (name.startsWith("-")) return usageError(`unknown option "${name}"; expected a command first`);
  const known = COMMANDS.flatMap((command) => [command.name, ...(command.aliases ?? [])]);
  const meant = nearest(name, known);
  return usageError(
    `unknown command "${name}"${meant === undefined ? "" : `. Did you mean ${meant}?`}`,
  );
}

/** A wrong command line, and where the right one is told. */
export function usageError(message: string, command?: string): OsdkError {
  const help = command === undefined ? "osdk help" : `osdk help ${command}`;
  return new OsdkError(ExitCode.USAGE, `${message} (see: ${help})`);
}
