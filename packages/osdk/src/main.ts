// SPDX-License-Identifier: MPL-2.0

import { asksForHelp } from "./cli/asks-for-help.ts";
import { tell } from "./cli/messages.ts";

/**
 * `osdk ARGS…`: the exit code. Never throws; failures are told on standard error. `run` does not
 * load the command-line library: starting fast is part of what it is for.
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const [command, ...rest] = args;
    if (command === "run" && !asksForHelp(rest)) {
      const { run } = await import("./commands/run.ts");
      return await run(rest);
    }
    if (command === "--complete") {
      const { answerCompletion } = await import("./cli/answer-completion.ts");
      return await answerCompletion(rest);
    }
    const { runCommandLine } = await import("./cli/yargs.ts");
    const { ownVersion } = await import("./new/sources.ts");
    return await runCommandLine(args, ownVersion());
  } catch (error) {
    return tell(error);
  }
}
