// SPDX-License-Identifier: MPL-2.0

import { COMMANDS, type CommandSpec } from "./commands.ts";
import type { OptionSpec } from "./options.ts";

const WIDTH = 100;
/** Where descriptions start. */
const INDENT = 34;

const EXIT_CODES = `Exit codes (of run: the guest's own, and 125 for failures of osdk):
  0 done             5 manifest wrong          9 name can not be used
  1 checks failed    6 file or program failed  10, 11 no kernel, or more than one
  2 usage            7 can not be bundled      12 program not installed
  3 no project here  8 can not be booted       docs/osdk.md says more
`;

/** What `osdk help` prints. */
export function generalHelp(): string {
  const rows = COMMANDS.map(({ name, aliases = [], about }) => {
    const also = aliases.length === 0 ? "" : ` (also: ${aliases.join(", ")})`;
    return `  ${name.padEnd(12)}${about}${also}\n`;
  });
  return `Usage: osdk COMMAND [OPTIONS]

Creates, builds, runs and tests kernels. \`osdk help COMMAND\` tells a command's options.

Commands:
${rows.join("")}
Options:
  -h, --help  this text
  --version   the version of osdk

${EXIT_CODES}`;
}

/** What `osdk COMMAND --help` prints. */
export function commandHelp(command: CommandSpec): string {
  const { name, aliases = [], usage, about, details, options, tool, examples } = command;
  const also = aliases.length === 0 ? "" : `\nAlso: osdk ${aliases.join(", osdk ")}\n`;
  const more = details === undefined ? "" : `\n${details}\n`;
  const rows = [
    ...options.map(optionRow),
    row("-h, --help", tool === undefined ? "this text" : `this text; all else goes to ${tool}`),
  ];
  const calls = examples.map((example) => `  ${example}\n`);
  return (
    `Usage: ${`osdk ${name} ${usage}`.trimEnd()}\n\n${capital(about)}.\n${also}${more}\n` +
    `Options:\n${rows.join("")}\nExamples:\n${calls.join("")}`
  );
}

function optionRow(option: OptionSpec): string {
  const { name, aliases = [], value, isValueOptional, choices, isList, about } = option;
  const short = aliases.filter((alias) => !alias.startsWith("--"));
  const long = aliases.filter((alias) => alias.startsWith("--"));
  const names = [...short, `--${name}`, ...long].join(", ");
  const attached = isValueOptional === true ? `[=${value}]` : ` ${value}`;
  const notes = [
    about,
    ...(choices === undefined ? [] : [`one of ${choices.join(", ")}`]),
    ...(isList === true && !about.includes("repeatable") ? ["repeatable"] : []),
  ];
  return row(`${names}${value === undefined ? "" : attached}`, notes.join("; "));
}

/** A name, and what it means beside it, or below when the name is long. */
function row(name: string, about: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of about.split(" ")) {
    if (line !== "" && INDENT + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  const head = `  ${name}`;
  const start = head.length + 2 > INDENT ? `${head}\n${" ".repeat(INDENT)}` : head.padEnd(INDENT);
  return `${start}${lines.join(`\n${" ".repeat(INDENT)}`)}\n`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
