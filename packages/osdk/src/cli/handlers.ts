// SPDX-License-Identifier: MPL-2.0

import { basename } from "node:path";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { findCommand, SHELLS } from "./commands.ts";
import { commandHelp } from "./help.ts";
import type { OptionValues } from "./take-options.ts";
import { unknownCommand } from "./usage.ts";

/** What a command line asks for. */
export interface Request {
  /** By their names in `CommandSpec.operands`. */
  readonly operands: ReadonlyMap<string, string>;
  readonly options: OptionValues;
  /** What goes on to the command's tool. */
  readonly passedOn: readonly string[];
}

type Handler = (request: Request) => number | Promise<number>;

/** What each command does; its code is loaded only then. `run` has a way of its own (main.ts). */
export const HANDLERS: Readonly<Record<string, Handler>> = {
  new: async ({ operands, options }) => {
    const { createProject } = await import("../commands/new.ts");
    const { newOptions } = await import("../new/options.ts");
    return createProject(newOptions(operands.get("NAME") ?? "", options), process.cwd());
  },
  build: async ({ options }) => (await import("../commands/build.ts")).build(options),
  test: async ({ operands, options }) =>
    (await import("../commands/test.ts")).test(operands.get("NAME"), options),
  check: async ({ passedOn }) => (await import("../commands/check.ts")).check(passedOn),
  lint: async ({ passedOn }) => (await import("../commands/check.ts")).lint(passedOn),
  rootfs: async ({ operands, options }) => {
    const { rootfs } = await import("../commands/rootfs.ts");
    return rootfs(options.get("packages") ?? [], operands.get("OUT") ?? "");
  },
  doctor: async () => (await import("../commands/doctor.ts")).doctor(),
  completion: async ({ operands }) => {
    const { COMPLETION_SCRIPTS } = await import("./completion-scripts.ts");
    const name = operands.get("SHELL") ?? basename(process.env["SHELL"] ?? "bash");
    const shell = SHELLS.find((known) => known === name);
    if (shell === undefined) {
      const message = `completion of ${name}: expected one of ${SHELLS.join(", ")}`;
      throw new OsdkError(ExitCode.USAGE, message);
    }
    process.stdout.write(COMPLETION_SCRIPTS[shell]);
    return ExitCode.SUCCESS;
  },
  help: ({ operands }) => {
    const name = operands.get("COMMAND");
    const command = findCommand(name);
    if (command === undefined) throw unknownCommand(name);
    process.stdout.write(commandHelp(command));
    return ExitCode.SUCCESS;
  },
};
