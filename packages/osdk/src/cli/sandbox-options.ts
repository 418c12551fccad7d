// SPDX-License-Identifier: MPL-2.0

import { RUN_USAGE } from "@aster/sandbox/cli";
import { MANIFEST_OPTIONS, RUN_OPTIONS, type OptionSpec } from "./options.ts";

/** `--NAME VALUE  TEXT`, and lines that go on with TEXT. */
const ENTRY = /^ {2}--([a-z-]+)(?:\[=(\S+)\]| (\S+))? {2,}(.*(?:\n {4,}\S.*)*)$/gm;

/** Options of `run` that the sandbox reads, from its own help text. */
export const SANDBOX_OPTIONS: readonly OptionSpec[] = readOptions(RUN_USAGE);

/** The options that a help text lists, but for those that OSDK reads itself. */
export function readOptions(usage: string): OptionSpec[] {
  const ours = new Set(["help", ...[...MANIFEST_OPTIONS, ...RUN_OPTIONS].map(({ name }) => name)]);
  return [...usage.matchAll(ENTRY)]
    .map(([, name = "", optional, required, about = ""]): OptionSpec => {
      const value = optional ?? required;
      const isChoice = value !== undefined && /^[a-z|]+$/.test(value);
      return {
        name,
        about: about.replace(/\s*\n\s*/g, " "),
        ...(value !== undefined && { value: isChoice ? name.toUpperCase() : value }),
        ...(isChoice && { choices: value.split("|") }),
        ...(optional !== undefined && { isValueOptional: true }),
        ...(/\brepeatable\b/.test(about) && { isList: true }),
      };
    })
    .filter(({ name }) => !ours.has(name));
}
