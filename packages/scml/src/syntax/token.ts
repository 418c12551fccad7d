// SPDX-License-Identifier: MPL-2.0

/** The kinds of tokens; punctuation is its own kind. */
export type TokenKind =
  | "name"
  | "number"
  | "string"
  | "("
  | ")"
  | "{"
  | "}"
  | "["
  | "]"
  | "<"
  | ">"
  | "="
  | "|"
  | ","
  | ";"
  | ":"
  | ".."
  | "end";

export interface Token {
  readonly kind: TokenKind;
  /** As written; the token `end` has none. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** A comment, either to the end of its line or between slash-star and star-slash. */
export interface Comment {
  readonly kind: "line" | "block";
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** How a message names a token. */
export function describeToken(token: Token): string {
  return token.kind === "end" ? "the end of the file" : `"${token.text}"`;
}
