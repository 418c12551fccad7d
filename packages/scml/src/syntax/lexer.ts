// SPDX-License-Identifier: MPL-2.0

import type { Diagnostic } from "./diagnostic.ts";
import type { Comment, Token, TokenKind } from "./token.ts";

export interface LexerResult {
  /** Ends with a token `end`. */
  readonly tokens: readonly Token[];
  readonly comments: readonly Comment[];
  readonly diagnostics: readonly Diagnostic[];
}

// Sticky expressions, one per kind of token that is longer than a character.
const SPACE = /[\s\uFEFF]+/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
// A number runs on over letters, so that "12ab" is one bad number and not two tokens.
const NUMBER = /-?[0-9][A-Za-z0-9_]*/y;
const GOOD_NUMBER = /^-?(?:0x[0-9a-fA-F]+|0o[0-7]+|0b[01]+|[0-9]+)$/;
const STRING = /"(?:[^"\\\n]|\\[^\n])*"?/y;
const WHOLE_STRING = /^"(?:[^"\\]|\\[^])*"$/;
const LINE_COMMENT = /\/\/[^\n]*/y;

const PUNCTUATION: ReadonlySet<string> = new Set("(){}[]<>=|,;:");

/** Splits a text into tokens; what is no token is reported and left out. */
export function tokenize(text: string): LexerResult {
  const tokens: Token[] = [];
  const comments: Comment[] = [];
  const diagnostics: Diagnostic[] = [];
  let at = 0;

  const match = (expression: RegExp): string | undefined => {
    expression.lastIndex = at;
    return expression.exec(text)?.[0];
  };
  const push = (kind: TokenKind, length: number): void => {
    tokens.push({ kind, text: text.slice(at, at + length), start: at, end: at + length });
    at += length;
  };
  const error = (code: string, message: string, start: number, end: number): void => {
    diagnostics.push({ code, severity: "error", message, start, end });
  };

  while (at < text.length) {
    const space = match(SPACE);
    if (space !== undefined) {
      at += space.length;
      continue;
    }
    const char = text.charAt(at);
    if (char === "/" && text.charAt(at + 1) === "/") {
      const found = (match(LINE_COMMENT) ?? "").replace(/\s+$/, "");
      comments.push({ kind: "line", text: found, start: at, end: at + found.length });
      at += found.length;
      continue;
    }
    if (char === "/" && text.charAt(at + 1) === "*") {
      const close = text.indexOf("*/", at + 2);
      const end = close < 0 ? text.length : close + 2;
      if (close < 0) error("SCML002", 'this comment has no "*/"', at, at + 2);
      else comments.push({ kind: "block", text: text.slice(at, end), start: at, end });
      at = end;
      continue;
    }
    const name = match(NAME);
    if (name !== undefined) {
      push("name", name.length);
      continue;
    }
    const number = match(NUMBER);
    if (number !== undefined) {
      if (!GOOD_NUMBER.test(number)) {
        error("SCML006", `"${number}" is not a number`, at, at + number.length);
      }
      push("number", number.length);
      continue;
    }
    if (char === '"') {
      const string = match(STRING) ?? char;
      if (!WHOLE_STRING.test(string)) {
        error("SCML005", "this string has no closing quote on its line", at, at + 1);
      }
      push("string", string.length);
      continue;
    }
    if (text.startsWith("..", at)) {
      // strace prints three dots for what it leaves out; SCML has two.
      const dots = text.charAt(at + 2) === "." ? 3 : 2;
      if (dots === 3) error("SCML003", 'expected "..", found "..."', at, at + 3);
      push("..", dots);
      continue;
    }
    if (PUNCTUATION.has(char)) {
      push(char as TokenKind, 1);
      continue;
    }
    const shown = String.fromCodePoint(text.codePointAt(at) ?? 0);
    error("SCML001", `unexpected character ${JSON.stringify(shown)}`, at, at + shown.length);
    at += shown.length;
  }
  tokens.push({ kind: "end", text: "", start: text.length, end: text.length });
  return { tokens, comments, diagnostics };
}

/** The value of a number as SCML and strace write them; a leading zero makes it octal, as in C. */
export function numberValue(text: string): bigint | undefined {
  const negative = text.startsWith("-");
  let digits = negative ? text.slice(1) : text;
  if (/^0[0-7]+$/.test(digits)) digits = `0o${digits.slice(1)}`;
  if (!/^(?:0x[0-9a-fA-F]+|0o[0-7]+|0b[01]+|[0-9]+)$/.test(digits)) return undefined;
  const value = BigInt(digits);
  return negative ? -value : value;
}
