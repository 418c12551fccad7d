// SPDX-License-Identifier: MPL-2.0

import { COMMANDS, findCommand, SHELLS, type CommandSpec } from "./commands.ts";
import type { OptionSpec } from "./options.ts";
import { findSpec } from "./take-options.ts";

/** What may stand at a place, and what it means. */
export interface Candidate {
  readonly word: string;
  readonly about: string;
}

export interface Completion {
  readonly candidates: readonly Candidate[];
  /** Names of files or folders may stand there too: the shell knows them. */
  readonly paths?: "files" | "directories";
}

const NOTHING: Completion = { candidates: [] };

/**
 * What may stand for the last of `words`, which follow the program's name. `schemes` gives the
 * names of the schemes in the manifest here.
 */
export function complete(words: readonly string[], schemes: () => readonly string[]): Completion {
  const current = words.at(-1) ?? "";
  const completion = allAt(words, schemes);
  const candidates = completion.candidates.filter(({ word }) => word.startsWith(current));
  return { ...completion, candidates };
}

function allAt(words: readonly string[], schemes: () => readonly string[]): Completion {
  const [name, ...rest] = words;
  const current = words.at(-1) ?? "";
  if (words.length <= 1) {
    const options = [candidate("--help", "all commands"), candidate("--version", "of osdk")];
    return { candidates: current.startsWith("-") ? options : commandNames() };
  }
  const command = findCommand(name);
  if (command === undefined) return NOTHING;
  if (rest.slice(0, -1).includes("--")) return { candidates: [], paths: "files" };
  const [, written, attached] = /^(--[^=]+)=(.*)$/s.exec(current) ?? [];
  if (written !== undefined && attached !== undefined) {
    const spec = findSpec(command.options, written);
    return spec === undefined ? NOTHING : valuesOf(spec, schemes, `${written}=`);
  }
  const before = findSpec(command.options, rest.at(-2));
  if (before?.value !== undefined && before.isValueOptional !== true) {
    return valuesOf(before, schemes, "");
  }
  if (current.startsWith("-")) return { candidates: optionsOf(command, rest.slice(0, -1)) };
  return operandsOf(command);
}

function commandNames(): Candidate[] {
  return COMMANDS.flatMap(({ name, aliases = [], about }) =>
    [name, ...aliases].map((word) => candidate(word, about)),
  );
}

/** The options that may still be given. */
function optionsOf({ options }: CommandSpec, given: readonly string[]): Candidate[] {
  const names = given.map((word) => word.split("=", 1)[0]);
  const isOpen = (option: OptionSpec): boolean =>
    option.isList === true || !names.some((name) => findSpec([option], name) !== undefined);
  return [
    ...options.filter(isOpen).map(({ name, about }) => candidate(`--${name}`, about)),
    candidate("--help", "tells the options"),
  ];
}

function valuesOf(
  { name, value, choices }: OptionSpec,
  schemes: () => readonly string[],
  prefix: string,
): Completion {
  const known = name === "scheme" ? schemes() : (choices ?? []);
  const candidates = known.map((word) => candidate(`${prefix}${word}`, ""));
  if (value?.startsWith("FILE") === true) return { candidates, paths: "files" };
  if (value === "DIR") return { candidates, paths: "directories" };
  return { candidates };
}

function operandsOf({ name, tool }: CommandSpec): Completion {
  if (name === "help") return { candidates: commandNames() };
  if (name === "completion") return { candidates: SHELLS.map((shell) => candidate(shell, "")) };
  if (name === "rootfs") return { candidates: [], paths: "directories" };
  return tool === undefined ? NOTHING : { candidates: [], paths: "files" };
}

function candidate(word: string, about: string): Candidate {
  return { word, about };
}

/** bash splits words at `=`; put together again they are what the user wrote. */
export function joinAtEquals(words: readonly string[]): string[] {
  const joined: string[] = [];
  words.forEach((word, index) => {
    const before = joined.at(-1);
    const belongs = word === "=" || words[index - 1] === "=";
    if (belongs && before?.startsWith("--") === true) joined[joined.length - 1] = before + word;
    else joined.push(word);
  });
  return joined;
}
