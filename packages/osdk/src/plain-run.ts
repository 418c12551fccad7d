// SPDX-License-Identifier: MPL-2.0

import { isCurrent } from "@aster/sandbox/cli-run";
import { asksForHelp } from "./cli/asks-for-help.ts";
import { runPlainly } from "./commands/run.ts";

/**
 * What the build makes one script of (scripts/build-bundle.mjs), as the modules take as long to read as the guest to boot.
 * Gives the exit code of `osdk ARGS…`; undefined, and nothing is done, where the modules are to do it: all but a plain
 * `run`, and all where a package was compiled again since the bundle of `stamp` was made.
 */
export async function plainRun(args: readonly string[], stamp: URL): Promise<number | undefined> {
  const [command, ...rest] = args;
  if (command !== "run" || asksForHelp(rest) || !isCurrent(stamp)) return undefined;
  return runPlainly(rest);
}
