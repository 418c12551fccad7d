// SPDX-License-Identifier: MPL-2.0

import { parseArgs } from "node:util";

/** What the caller typed cannot be meant: told without a stack, with exit code 2. */
export class UsageError extends Error {}

/**
 * Reads a suite's command line: `--json` and `--help`, which every suite has, `--rounds N` from 1 to
 * `rounds.most` where it is given, and its own `options`, as `parseArgs` of node:util takes them. Undefined where the
 * help was asked for, which has been printed. Throws `UsageError`.
 */
export function readArguments(args, { help, rounds, options = {} }) {
  let values;
  try {
    ({ values } = parseArgs({
      args: args.filter((arg) => arg !== "--"),
      options: {
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
        ...(rounds && { rounds: { type: "string", default: String(rounds.usual) } }),
        ...options,
      },
    }));
  } catch (error) {
    throw new UsageError(error.message);
  }
  if (values.help) {
    process.stdout.write(help);
    return undefined;
  }
  return rounds === undefined
    ? values
    : { ...values, rounds: wholeNumber("--rounds", values.rounds, rounds.most) };
}

/** A whole number from 1 on, to `most` where that is given. Throws `UsageError`. */
export function wholeNumber(name, text, most = Infinity) {
  const number = Number(text);
  if (text.trim() !== "" && Number.isInteger(number) && number >= 1 && number <= most) {
    return number;
  }
  const range = most === Infinity ? "from 1 on" : `from 1 to ${most}`;
  throw new UsageError(`${name} takes a whole number ${range}, not "${text}"`);
}

/** Names separated by commas, each one of `known`. Throws `UsageError`. */
export function namesOf(name, text, known) {
  const names = text.split(",");
  const unknown = names.find((one) => !known.includes(one));
  if (unknown === undefined) return names;
  throw new UsageError(`${name}: "${unknown}" is none of ${known.join(", ")}`);
}
