// SPDX-License-Identifier: MPL-2.0

import type { Diagnostic } from "../syntax/diagnostic.ts";
import { parse } from "../syntax/parser.ts";
import type { Comment, Token, TokenKind } from "../syntax/token.ts";
import { type Doc, group, ifBroken, indent, line, print, softLine } from "./doc.ts";

/** The columns that formatted rules keep within, where a single name is not longer. */
export const FORMAT_WIDTH = 100;

export type FormatResult =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/**
 * Lays out an SCML file. The result means the same, has all its comments, and formats to itself.
 * A file with syntax errors is left alone.
 */
export function format(text: string, path = "<input>"): FormatResult {
  const { program, diagnostics } = parse(text, path);
  if (diagnostics.length > 0) return { ok: false, diagnostics };
  return { ok: true, text: new Formatter(text, program.tokens, program.comments).program() };
}

/** Walks the tokens, whose order is known to be right, and never loses one. */
class Formatter {
  private readonly text: string;
  private readonly tokens: readonly Token[];
  private readonly comments: readonly Comment[];
  private at = 0;
  private comment = 0;

  constructor(text: string, tokens: readonly Token[], comments: readonly Comment[]) {
    this.text = text;
    this.tokens = tokens;
    this.comments = comments;
  }

  program(): string {
    let out = "";
    let end = 0;
    const add = (piece: string, start: number): void => {
      // One empty line between rules where the author had any.
      if (out !== "") out += this.blankBetween(end, start) ? "\n\n" : "\n";
      out += piece;
    };
    while (this.peek().kind !== "end") {
      this.ownComments(this.peek().start, (comment) => {
        add(comment.text, comment.start);
        end = comment.end;
      });
      const { start } = this.peek();
      add(print(this.rule(), FORMAT_WIDTH - 2), start);
      end = this.lastEnd();
    }
    this.ownComments(this.text.length, (comment) => {
      add(comment.text, comment.start);
      end = comment.end;
    });
    return out === "" ? "" : `${out}\n`;
  }

  private rule(): Doc {
    const first = this.token("name");
    let doc: Doc;
    if (this.peek().kind === "(") {
      doc = [first, this.list("(", ")", () => this.item())];
    } else if (this.peek().kind === "name") {
      doc = [first, " ", this.token("name"), " ", this.token("="), " ", this.pattern()];
    } else {
      const equals = this.token("=");
      doc = group([first, " ", equals, indent([line, this.flags()])]);
    }
    return [doc, this.token(";")];
  }

  /** A parameter or a field. */
  private item(): Doc {
    if (this.peek().kind !== "name") return this.pattern();
    const name = this.token("name");
    if (this.peek().kind !== "=") return name;
    const equals = this.token("=");
    const isFlags = this.peek().kind !== "{" && this.peek().kind !== "[";
    if (isFlags) return group([name, " ", equals, indent([line, this.flags()])]);
    return [name, " ", equals, " ", this.pattern()];
  }

  private pattern(): Doc {
    const { kind } = this.peek();
    if (kind === "{") return this.list("{", "}", () => this.item());
    if (kind === "[") return this.list("[", "]", () => this.pattern());
    return group(this.flags());
  }

  private flags(): Doc {
    const parts: Doc[] = [this.flag()];
    while (this.peek().kind === "|") parts.push(" ", this.token("|"), line, this.flag());
    return parts;
  }

  private flag(): Doc {
    if (this.peek().kind !== "<") return this.token(this.peek().kind);
    const parts: Doc[] = [this.token("<"), this.token("name")];
    if (this.peek().kind === ":") {
      parts.push(this.token(":"), " ", this.token("string"));
      while (this.peek().kind === ",") {
        if (this.tokens[this.at + 1]?.kind === ">") parts.push(this.token(",", this.dropped(",")));
        else parts.push(this.token(","), " ", this.token("string"));
      }
    }
    return [...parts, this.token(">")];
  }

  private list(open: TokenKind, close: TokenKind, item: () => Doc): Doc {
    const opening = this.token(open);
    const items: Doc[] = [];
    let rest = false;
    while (this.peek().kind !== close) {
      rest = this.peek().kind === "..";
      const one = rest ? this.token("..") : item();
      const parts: Doc[] = [one];
      if (this.peek().kind !== ",") {
        // A comma cannot follow a comment that runs to the end of the line.
        if (!rest && !this.endsWithComment()) parts.push(ifBroken(","));
      } else if (this.tokens[this.at + 1]?.kind !== close) {
        parts.push(this.token(","), line);
      } else {
        // A comma behind the last item stands where the list is broken, but never behind "..".
        parts.push(this.token(",", rest ? this.dropped(",") : ifBroken(",")));
      }
      items.push(parts);
    }
    // Comments before the closing bracket belong to the list.
    const { before, rest: closing } = this.parts(close);
    const space = open === "{" ? line : softLine;
    if (items.length === 0)
      return group([
        opening,
        indent([before.length === 0 ? "" : softLine, before]),
        softLine,
        closing,
      ]);
    return group([opening, indent([space, ...items, before]), space, closing]);
  }

  /** The next token with its comments; the kind is what the parser has already seen there. */
  private token(kind: TokenKind, text?: Doc): Doc {
    const { before, rest } = this.parts(kind, text);
    return [before, rest];
  }

  /** The comments on the lines before a token, and the token with those behind it. */
  private parts(kind: TokenKind, text?: Doc): { before: readonly Doc[]; rest: Doc } {
    const token = this.peek();
    if (token.kind !== kind) throw new Error(`formatter out of step at offset ${token.start}`);
    const before: Doc[] = [];
    // A comment that is not behind a token on its line gets a line of its own.
    this.ownComments(token.start, (comment) => {
      before.push({ kind: "line-comment", text: comment.text, ownLine: true });
    });
    this.at += 1;
    const behind: Doc[] = [];
    for (;;) {
      // Comments behind a token on its line stay there.
      const comment = this.comments[this.comment];
      if (comment === undefined || comment.start >= this.peek().start) break;
      if (this.text.slice(token.end, comment.start).includes("\n")) break;
      this.comment += 1;
      const runsOn = comment.kind === "line" || comment.text.includes("\n");
      if (!runsOn) {
        behind.push(" ", comment.text);
        continue;
      }
      behind.push({ kind: "line-comment", text: comment.text, ownLine: false });
      break;
    }
    return { before, rest: [text ?? token.text, behind] };
  }

  /** Nothing in place of the next token, which stays where comments are to stand behind it. */
  private dropped(text: string): string {
    const comment = this.comments[this.comment];
    const next = this.tokens[this.at + 1];
    return comment !== undefined && next !== undefined && comment.start < next.start ? text : "";
  }

  private endsWithComment(): boolean {
    const comment = this.comments[this.comment - 1];
    return comment !== undefined && comment.start > (this.tokens[this.at - 1]?.start ?? 0);
  }

  private ownComments(end: number, take: (comment: Comment) => void): void {
    for (;;) {
      const comment = this.comments[this.comment];
      if (comment === undefined || comment.start >= end) return;
      this.comment += 1;
      take(comment);
    }
  }

  private blankBetween(from: number, to: number): boolean {
    return /\n[ \t\r]*\n/.test(this.text.slice(from, to));
  }

  private lastEnd(): number {
    const comment = this.comments[this.comment - 1];
    return Math.max(this.tokens[this.at - 1]?.end ?? 0, comment?.end ?? 0);
  }

  private peek(): Token {
    return this.tokens[this.at] ?? (this.tokens[this.tokens.length - 1] as Token);
  }
}
