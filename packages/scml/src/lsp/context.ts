// SPDX-License-Identifier: MPL-2.0

import {
  argumentTable,
  decidingArgument,
  fieldTable,
  type FlagTable,
} from "../facts/flag-table.ts";
import { CLONE_NAMES } from "../match/layout.ts";
import { tokenize } from "../syntax/lexer.ts";
import type { Token } from "../syntax/token.ts";

/** Where in a file a place is, as far as the text before it tells; the text may be unfinished. */
export type PlaceInFile =
  /** Where a rule may begin. */
  | { readonly kind: "rule" }
  /** Behind `<`. */
  | { readonly kind: "reference" }
  /** Where a flag may stand. */
  | { readonly kind: "flag"; readonly table: FlagTable | undefined; readonly call: string }
  | { readonly kind: "other" };

/** The place at `offset`; what is being typed there, a word that ends at it, does not count. */
export function placeAt(text: string, offset: number): PlaceInFile {
  const { tokens, comments } = tokenize(text);
  if (
    comments.some(
      (comment) =>
        comment.start < offset &&
        offset <= comment.end &&
        !(comment.kind === "block" && offset === comment.end),
    )
  ) {
    return { kind: "other" };
  }
  const before = tokens.filter((token) => token.kind !== "end" && token.end <= offset);
  const last = before.at(-1);
  if (last?.kind === "name" && last.end === offset) before.pop();
  const semicolon = before.findLastIndex((token) => token.kind === ";");
  const rule = before.slice(semicolon + 1);
  const previous = rule.at(-1);
  if (previous === undefined) return { kind: "rule" };
  if (previous.kind === "<") return { kind: "reference" };
  if (previous.kind !== "=" && previous.kind !== "|" && previous.kind !== "[")
    return { kind: "other" };
  return { kind: "flag", ...tableIn(rule) };
}

/** The names that may stand behind the tokens of a rule. */
function tableIn(rule: readonly Token[]): { table: FlagTable | undefined; call: string } {
  const [first, second] = rule;
  if (first?.kind !== "name" || second?.kind !== "(") return { table: undefined, call: "" };
  const call = first.text;
  let depth = 0;
  let index = 0;
  /** The name before the last "=" at each depth. */
  const names: string[] = [];
  const flags: string[] = [];
  rule.forEach((token, at) => {
    if (token.kind === "(" || token.kind === "{" || token.kind === "[") depth += 1;
    else if (token.kind === ")" || token.kind === "}" || token.kind === "]") depth -= 1;
    else if (token.kind === "," && depth === 1) index += 1;
    else if (token.kind === "=") names[depth] = rule[at - 1]?.text ?? "";
    else if (token.kind === "name" && depth === 1 && rule[at - 1]?.kind === "=")
      flags[index] = token.text;
  });
  if (depth > 1) return { table: fieldTable(call, names[depth] ?? ""), call };
  if (call === "clone")
    return {
      table: CLONE_NAMES[names[1] ?? ""] === "flags" ? argumentTable(call, 0) : undefined,
      call,
    };
  const deciding = decidingArgument(call, index);
  return {
    table: argumentTable(call, index, deciding === undefined ? undefined : flags[deciding]),
    call,
  };
}

/** The token that a place is in or at the end of. */
export function tokenAt(
  text: string,
  offset: number,
): { token: Token; before: Token | undefined; behind: Token | undefined } | undefined {
  const { tokens } = tokenize(text);
  const index = tokens.findIndex(
    (token) => token.kind === "name" && token.start <= offset && offset <= token.end,
  );
  const token = tokens[index];
  return token === undefined
    ? undefined
    : { token, before: tokens[index - 1], behind: tokens[index + 1] };
}
