// SPDX-License-Identifier: MPL-2.0

import { definitionsOf } from "../check/names.ts";
import { ARCHITECTURES, syscallFacts } from "../facts/syscall-table.ts";
import { parse } from "../syntax/parser.ts";
import { placeAt, tokenAt } from "./context.ts";

/** What an editor offers to insert. */
export interface Completion {
  readonly label: string;
  readonly kind: "call" | "flag" | "rule" | "keyword";
  readonly detail: string;
}

export function completionsAt(text: string, offset: number): Completion[] {
  const place = placeAt(text, offset);
  if (place.kind === "rule") {
    const calls = [...syscallFacts().values()].map(({ name, args }): Completion => ({
      label: name,
      kind: "call",
      detail: args === undefined ? "system call" : `system call, ${args} arguments`,
    }));
    return [...calls, { label: "struct", kind: "keyword", detail: "a pattern for a struct" }];
  }
  if (place.kind === "reference") {
    const { flags, structs } = definitionsOf(parse(text).program);
    return [
      ...[...flags.keys()].map((label): Completion => ({
        label,
        kind: "rule",
        detail: "bitflags of this file",
      })),
      ...[...structs.keys()].map((label): Completion => ({
        label,
        kind: "rule",
        detail: "struct of this file",
      })),
      { label: "PATH", kind: "keyword", detail: "any path" },
      { label: "INTEGER", kind: "keyword", detail: "any number" },
    ];
  }
  if (place.kind === "flag" && place.table !== undefined) {
    return [...place.table.values].map(([label, value]): Completion => ({
      label,
      kind: "flag",
      detail: `${place.call}: 0x${value.toString(16)}`,
    }));
  }
  return [];
}

export interface Hover {
  /** Markdown. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export function hoverAt(text: string, offset: number): Hover | undefined {
  const found = tokenAt(text, offset);
  if (found === undefined) return undefined;
  const { token, before, behind } = found;
  const hover = (markdown: string): Hover => ({
    text: markdown,
    start: token.start,
    end: token.end,
  });
  if (before?.kind === "<") {
    if (token.text === "PATH")
      return hover('Any path; with `<PATH: "/proc">`, any within that sub-tree.');
    if (token.text === "INTEGER") return hover("Any number that strace prints as one.");
    const definitions = definitionsAt(text, offset);
    if (definitions.length === 0) return hover(`\`${token.text}\` is not defined in this file.`);
    return hover(
      definitions
        .map(({ start, end }) => `\`\`\`scml\n${text.slice(start, end)};\n\`\`\``)
        .join("\n"),
    );
  }
  const fact = behind?.kind === "(" ? syscallFacts().get(token.text) : undefined;
  if (fact !== undefined) {
    const numbers = ARCHITECTURES.filter((arch) => fact.numbers[arch] !== undefined).map(
      (arch) => `${fact.numbers[arch] ?? ""} on ${arch}`,
    );
    const args =
      fact.args === undefined ? "" : ` with ${fact.args} argument${fact.args === 1 ? "" : "s"}`;
    const where = numbers.length === 0 ? "of 32-bit systems" : `number ${numbers.join(", ")}`;
    return hover(
      `**${fact.name}**: system call${args}, ${where}.\n\n[${fact.name}(2)](https://man7.org/linux/man-pages/man2/${fact.name}.2.html)`,
    );
  }
  const place = placeAt(text, token.end);
  if (place.kind !== "flag" || place.table === undefined) return undefined;
  const value = place.table.values.get(token.text);
  if (value === undefined) return hover(`Linux has no \`${token.text}\` here.`);
  const isFlag = value !== 0 && (value & ~place.table.mask) === 0;
  return hover(
    `**${token.text}** is 0x${value.toString(16)}, ${isFlag ? "a flag that may be combined" : "one choice of several"}.\n\n[${place.call}(2)](https://man7.org/linux/man-pages/man2/${place.call}.2.html)`,
  );
}

/** The definitions that the name at a place means, as spans of the text. */
export function definitionsAt(text: string, offset: number): { start: number; end: number }[] {
  const found = tokenAt(text, offset);
  if (found === undefined || found.before?.kind !== "<") return [];
  const { flags, structs } = definitionsOf(parse(text).program);
  const rule = flags.get(found.token.text);
  return (rule === undefined ? (structs.get(found.token.text) ?? []) : [rule]).map(
    ({ start, end }) => ({ start, end }),
  );
}
