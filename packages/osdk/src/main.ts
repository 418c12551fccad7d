// SPDX-License-Identifier: MPL-2.0

import { tell } from "./cli/messages.ts";

/**
 * `osdk ARGS…`: the exit code. Never throws; failures are told on standard error. `run` does not
 * load the command-line library: starting fast is part of what it is for.
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    if (args[0] === "run" && !asksForHelp(args)) {
      const { run } = await import("./commands/run.ts");
      return await run(args.slice(1));
    }
    const { runCommandLine } = await import("./cli/yargs.ts");
    const { ownVersion } = await import("./new/sources.ts");
    return await runCommandLine(args, ownVersion());
  } catch (error) {
    return tell(error);
  }
}

/** Whether `--help` stands before any `--`, behind which a guest's own arguments are. */
function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  const own = end < 0 ? args : args.slice(0, end);
  return own.includes("--help") || own.includes("-h");
}
