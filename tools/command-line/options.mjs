// SPDX-License-Identifier: MPL-2.0

import { parseArgs } from "node:util";

/** The exit status of a command line that cannot be meant. */
const USAGE_ERROR = 2;

/**
 * Reads a tool's command line: `--help`, which prints `help` and ends the process, and its own `options`, as `parseArgs` of
 * node:util takes them. What cannot be meant is told in a line, and ends the process with exit code 2.
 * @template {import('node:util').ParseArgsConfig['options']} T
 * @param {{help: string, options?: T, allowPositionals?: boolean}} config
 */
export function readOptions({ help, options, allowPositionals = false }) {
  const own = /** @type {T} */ (options ?? {});
  try {
    const parsed = parseArgs({
      options: { help: { type: "boolean", short: "h" }, ...own },
      allowPositionals,
    });
    if (parsed.values.help !== true) return parsed;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return refuse(reason, help);
  }
  process.stdout.write(help);
  return process.exit(0);
}

/**
 * Ends the process, as the command line cannot be meant, for this reason.
 * @returns {never}
 */
export function refuse(reason, help) {
  process.stderr.write(`${reason}\n\n${help}`);
  return process.exit(USAGE_ERROR);
}
