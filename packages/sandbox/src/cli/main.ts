// SPDX-License-Identifier: MPL-2.0

import { reportFailure } from "./failure.ts";
import { runCli } from "./load.ts";
import { parseRunArguments, RUN_USAGE } from "./parse.ts";

/** `aster run ARGS…`: the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseRunArguments(args);
    if (options === "help") {
      process.stdout.write(RUN_USAGE);
      return 0;
    }
    return await runCli(options);
  } catch (error) {
    return reportFailure(error);
  }
}
