// SPDX-License-Identifier: MPL-2.0

import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import type { OptionSpec } from "./options.ts";

/** Values of options, in the order given; a flag has none. */
export type OptionValues = ReadonlyMap<string, readonly string[]>;

export interface TakenOptions {
  readonly values: Map<string, readonly string[]>;
  /** What is not an option of the tables, in its order; from `--` on as it stands. */
  readonly rest: readonly string[];
}

/**
 * Takes the options of `specs` out of `args`, up to `--`. `--qemu.path=VALUE` is short for
 * `--config qemu.path=VALUE`. Throws `OsdkError`.
 */
export function takeOptions(args: readonly string[], specs: readonly OptionSpec[]): TakenOptions {
  const values = new Map<string, string[]>();
  const rest: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index] ?? "";
    if (argument === "--") {
      rest.push(...args.slice(index));
      break;
    }
    const [, written, attached] = /^(--?[a-z][a-z0-9_.-]*)(?:=(.*))?$/s.exec(argument) ?? [];
    const name = written?.replace(/^-+/, "");
    const isDotted = name?.includes(".") === true && specs.some((spec) => spec.name === "config");
    const spec = findSpec(specs, isDotted ? "--config" : written);
    if (spec === undefined || name === undefined) {
      rest.push(argument);
      continue;
    }
    const given = values.get(spec.name) ?? [];
    if (given.length > 0 && spec.isList !== true && spec.value !== undefined) {
      throw new OsdkError(ExitCode.USAGE, `--${spec.name} is given twice`);
    }
    if (spec.value === undefined) {
      if (attached !== undefined) {
        throw new OsdkError(ExitCode.USAGE, `--${spec.name} takes no value`);
      }
      values.set(spec.name, [""]);
      continue;
    }
    let value = attached;
    if (value === undefined) {
      const next = args[index + 1];
      // A value that looks like an option must be attached: `--init-args=-l`.
      if (next !== undefined && !next.startsWith("--")) {
        value = next;
        index += 1;
      }
    }
    if (value === undefined || value === "") {
      throw new OsdkError(ExitCode.USAGE, `--${name}: expected ${spec.value}`);
    }
    values.set(spec.name, [...given, isDotted ? `${name}=${value}` : value]);
  }
  checkChoices(values, specs);
  return { values, rest };
}

/** The option that is written so; the Book writes some with underscores. */
export function findSpec(
  specs: readonly OptionSpec[],
  written: string | undefined,
): OptionSpec | undefined {
  const name = written?.startsWith("--") === true ? written.slice(2).replaceAll("_", "-") : "";
  return specs.find(
    (spec) =>
      spec.name === name || (written !== undefined && spec.aliases?.includes(written) === true),
  );
}

/** Throws `OsdkError` where a value is none of an option's choices. */
export function checkChoices(values: OptionValues, specs: readonly OptionSpec[]): void {
  for (const { name, choices } of specs) {
    for (const value of choices === undefined ? [] : (values.get(name) ?? [])) {
      if (choices?.includes(value) === true) continue;
      const known = choices?.join(", ") ?? "";
      throw new OsdkError(ExitCode.USAGE, `--${name} ${value}: expected one of ${known}`);
    }
  }
}
