// SPDX-License-Identifier: MPL-2.0

import { parseArgs } from "node:util";

/** A command line that is not as it has to be; its message says what was expected. */
export class UsageError extends Error {}

/**
 * Reads `--name value` and `--switch` by the lists of names; numbers are not negative. Prints `usage` and ends where --help is
 * given. Names are given without dashes and come back in camelCase.
 */
export function readArguments(argv, { usage, numbers = [], texts = [], switches = [] }) {
  const options = Object.fromEntries([
    ...[...numbers, ...texts].map((name) => [name, { type: "string" }]),
    ...[...switches, "help"].map((name) => [name, { type: "boolean" }]),
  ]);
  let values;
  try {
    ({ values } = parseArgs({ args: argv, options, allowPositionals: false }));
  } catch (error) {
    throw new UsageError(error.message);
  }
  if (values.help) {
    console.log(usage);
    process.exit(0);
  }
  const result = {};
  for (const [name, value] of Object.entries(values)) {
    const isNumber = numbers.includes(name);
    if (isNumber && !(value.trim() !== "" && Number(value) >= 0)) {
      throw new UsageError(`--${name} wants a number that is not negative, not "${value}"`);
    }
    const key = name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
    result[key] = isNumber ? Number(value) : value;
  }
  return result;
}

/** Tells why a run ended: a wrong command line without a stack. Gives the exit status. */
export function tellFailure(program, error) {
  const isUsage = error instanceof UsageError;
  console.error(`${program}: ${isUsage ? `${error.message}; see --help` : error.stack}`);
  return 2;
}
