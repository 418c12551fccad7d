// SPDX-License-Identifier: MPL-2.0

/** The exit codes of every command. */
export const ExitCode = {
  /** Nothing to complain of: all supported, no errors. */
  Good: 0,
  /** Gaps or errors were found. */
  Found: 1,
  /** The command line or a file could not be used. */
  Usage: 2,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** A command line or an input that cannot be used; its message is all that is shown. */
export class UsageError extends Error {}

/** What a command writes to and reads from; tests give their own. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** How an option is written. */
export interface OptionSpec {
  /** `none`: `--strict`; `one`: `--arch NAME`, the last counts; `many`: `--rules A B`, all count. */
  readonly takes: "none" | "one" | "many";
  readonly short?: string;
}

export interface ParsedArguments {
  readonly options: ReadonlyMap<string, readonly string[]>;
  readonly words: readonly string[];
  /** Behind `--`, untouched; undefined where there is no `--`. */
  readonly command: readonly string[] | undefined;
}

/** Splits a command line. `--name=value` is the same as `--name value`. */
export function parseArguments(
  args: readonly string[],
  specs: Readonly<Record<string, OptionSpec>>,
): ParsedArguments {
  const options = new Map<string, string[]>();
  const words: string[] = [];
  const separator = args.indexOf("--");
  const own = separator < 0 ? args : args.slice(0, separator);
  for (let at = 0; at < own.length; at += 1) {
    const arg = own[at] ?? "";
    if (!arg.startsWith("-") || arg === "-") {
      words.push(arg);
      continue;
    }
    const equals = arg.startsWith("--") ? arg.indexOf("=") : -1;
    const written = equals < 0 ? arg : arg.slice(0, equals);
    const name = Object.keys(specs).find(
      (key) => written === `--${key}` || written === `-${specs[key]?.short ?? ""}`,
    );
    const spec = name === undefined ? undefined : specs[name];
    if (name === undefined || spec === undefined) throw new UsageError(`unknown option ${written}`);
    const values = options.get(name) ?? [];
    options.set(name, values);
    if (spec.takes === "none") {
      if (equals >= 0) throw new UsageError(`${written} takes no value`);
      values.push("");
    } else if (equals >= 0) {
      values.push(arg.slice(equals + 1));
    } else {
      const before = values.length;
      do {
        const next = own[at + 1];
        if (next === undefined || (next.startsWith("-") && next !== "-")) break;
        values.push(next);
        at += 1;
      } while (spec.takes === "many");
      if (values.length === before) throw new UsageError(`${written} needs a value`);
    }
  }
  return { options, words, command: separator < 0 ? undefined : args.slice(separator + 1) };
}
