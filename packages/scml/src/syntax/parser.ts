// SPDX-License-Identifier: MPL-2.0

import type {
  ArrayPattern,
  Field,
  FlagPart,
  FlagPattern,
  Name,
  Param,
  Pattern,
  Program,
  Rule,
  StructPattern,
} from "./ast.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { numberValue, tokenize } from "./lexer.ts";
import { SourceText } from "./source.ts";
import { describeToken, type Token, type TokenKind } from "./token.ts";

export interface ParseResult {
  readonly program: Program;
  /** Syntax errors only, in the order of the text; `program` has the rules that could be read. */
  readonly diagnostics: readonly Diagnostic[];
}

/** How deep structs and arrays may nest; a bound keeps the parser off the end of the stack. */
export const MAX_NESTING = 64;

/** Reads an SCML file. Never throws: what cannot be read is reported, and reading goes on behind it. */
export function parse(text: string, path = "<input>"): ParseResult {
  return new Parser(new SourceText(path, text)).program();
}

/** Thrown and caught inside the parser: an error has been reported, skip to a safe place. */
class SyntaxFailure extends Error {}

class Parser {
  private readonly source: SourceText;
  private readonly tokens: readonly Token[];
  private readonly result: { comments: Program["comments"]; diagnostics: Diagnostic[] };
  private readonly reported: Set<string> = new Set();
  private at = 0;
  private depth = 0;

  constructor(source: SourceText) {
    this.source = source;
    const { tokens, comments, diagnostics } = tokenize(source.text);
    this.tokens = tokens;
    this.result = { comments, diagnostics: [...diagnostics] };
  }

  program(): ParseResult {
    const rules: Rule[] = [];
    while (this.peek().kind !== "end") {
      const before = this.at;
      try {
        rules.push(this.rule());
      } catch (failure) {
        if (!(failure instanceof SyntaxFailure)) throw failure;
        this.depth = 0;
        this.skipToRule();
        if (this.at === before) this.at += 1;
      }
    }
    const { comments, diagnostics } = this.result;
    diagnostics.sort((a, b) => a.start - b.start);
    return {
      program: { source: this.source, rules, comments, tokens: this.tokens },
      diagnostics,
    };
  }

  private rule(): Rule {
    const first = this.expect("name", "a rule");
    let rule: Rule;
    if (first.text === "struct" && this.peek().kind === "name") {
      const name = this.name("the name of the struct");
      this.expect("=", '"=" after the name of the struct');
      const pattern = this.structPattern();
      rule = { kind: "struct", name, pattern, start: first.start, end: this.previousEnd() };
    } else if (this.peek().kind === "(") {
      this.at += 1;
      const { items, rest } = this.list(")", "an argument", () => this.param());
      rule = {
        kind: "syscall",
        name: spanned(first),
        params: items,
        rest,
        start: first.start,
        end: this.previousEnd(),
      };
    } else if (this.peek().kind === "=") {
      this.at += 1;
      const pattern = this.flagPattern();
      rule = {
        kind: "bitflags",
        name: spanned(first),
        pattern,
        start: first.start,
        end: this.previousEnd(),
      };
    } else {
      throw this.failure(
        first.text === "struct"
          ? "expected the name of the struct"
          : `expected "(" or "=" after "${first.text}"`,
      );
    }
    this.endOfRule();
    return rule;
  }

  /** The semicolon; where it was forgotten before another rule, that rule is read as usual. */
  private endOfRule(): void {
    if (this.accept(";")) return;
    const end = this.previousEnd();
    const found = describeToken(this.peek());
    this.report("SCML004", `expected ";" after the rule, found ${found}`, end, end + 1);
    if (!this.startsRule(this.at)) this.skipToRule();
  }

  private param(): Param {
    const { start } = this.peek();
    if (this.peek().kind === "name") {
      const name = this.name("the name of an argument");
      if (!this.accept("=")) return { name, start, end: name.end };
      const pattern = this.pattern();
      return { name, pattern, start, end: pattern.end };
    }
    // A value without a name: `renameat2(olddirfd, oldpath, newdirfd, newpath, 0)`.
    if (this.peek().kind === "number") {
      const pattern = this.flagPattern();
      return { pattern, start, end: pattern.end };
    }
    throw this.failure('expected the name of an argument, a number or ".."');
  }

  private field(): Field {
    const name = this.name("the name of a field");
    if (!this.accept("=")) return { name, start: name.start, end: name.end };
    const pattern = this.pattern();
    return { name, pattern, start: name.start, end: pattern.end };
  }

  private pattern(): Pattern {
    switch (this.peek().kind) {
      case "{":
        return this.structPattern();
      case "[":
        return this.arrayPattern();
      default:
        return this.flagPattern();
    }
  }

  private structPattern(): StructPattern {
    const open = this.expect("{", '"{"');
    const { items, rest } = this.nested(() => this.list("}", "a field", () => this.field()));
    return { kind: "struct", fields: items, rest, start: open.start, end: this.previousEnd() };
  }

  private arrayPattern(): ArrayPattern {
    const open = this.expect("[", '"["');
    const { items, rest } = this.nested(() => this.list("]", "an element", () => this.pattern()));
    if (rest) {
      this.report(
        "SCML003",
        '".." has no meaning in an array, whose elements may be any number anyway',
        open.start,
        this.previousEnd(),
      );
    }
    return { kind: "array", elements: items, start: open.start, end: this.previousEnd() };
  }

  private flagPattern(): FlagPattern {
    const parts = [this.flagPart()];
    while (this.accept("|")) parts.push(this.flagPart());
    const start = parts[0]?.start ?? 0;
    return { kind: "flags", parts, start, end: this.previousEnd() };
  }

  private flagPart(): FlagPart {
    const token = this.peek();
    const { start, end } = token;
    if (token.kind === "name") {
      this.at += 1;
      return { kind: "flag", name: token.text, start, end };
    }
    if (token.kind === "number") {
      this.at += 1;
      return { kind: "number", text: token.text, value: numberValue(token.text) ?? 0n, start, end };
    }
    if (token.kind !== "<") throw this.failure('expected a flag, a number, "<", "{" or "["');
    this.at += 1;
    const name = this.name("the name of a rule");
    const trees = name.text === "PATH" && this.accept(":") ? this.trees() : [];
    this.expect(">", '">"');
    const span = { start, end: this.previousEnd() };
    if (name.text === "PATH") return { kind: "path", trees, ...span };
    if (name.text === "INTEGER") return { kind: "integer", ...span };
    return { kind: "reference", name: name.text, ...span };
  }

  private trees(): string[] {
    const trees: string[] = [];
    do {
      if (trees.length > 0 && this.peek().kind === ">") break;
      const { text } = this.expect("string", 'a path in quotes, such as "/proc"');
      trees.push(text.slice(1, -1).replace(/\\(.)/g, "$1"));
    } while (this.accept(","));
    return trees;
  }

  /** Items between commas up to `close`; a comma or `..` may stand behind the last. */
  private list<T>(
    close: ")" | "}" | "]",
    what: string,
    item: () => T,
  ): { items: T[]; rest: boolean } {
    const items: T[] = [];
    let rest = false;
    for (;;) {
      if (this.accept(close)) return { items, rest };
      try {
        if (this.peek().kind === "..") {
          this.at += 1;
          rest = true;
          this.accept(",");
          if (this.accept(close)) return { items, rest };
          throw this.failure(`".." must be the last: expected "${close}"`);
        }
        if (this.peek().kind === ",") throw this.failure(`expected ${what}`);
        items.push(item());
        if (this.accept(",")) continue;
        if (this.accept(close)) return { items, rest };
        throw this.failure(`expected "," or "${close}"`);
      } catch (failure) {
        if (!(failure instanceof SyntaxFailure)) throw failure;
        this.skipInList();
        if (this.accept(",")) continue;
        if (this.accept(close)) return { items, rest };
        throw failure;
      }
    }
  }

  private nested<T>(read: () => T): T {
    if (this.depth >= MAX_NESTING) {
      throw this.failure(`more than ${MAX_NESTING} levels of structs and arrays`, "SCML007");
    }
    this.depth += 1;
    try {
      return read();
    } finally {
      this.depth -= 1;
    }
  }

  /** Goes on behind a bad item: to the next comma or closing bracket, not beyond the rule. */
  private skipInList(): void {
    let depth = 0;
    for (; ; this.at += 1) {
      const { kind } = this.peek();
      if (kind === "end" || kind === ";") return;
      if (this.startsLineOfRule(this.at)) return;
      const closes = kind === ")" || kind === "}" || kind === "]";
      // The end of an outer list: that list goes on.
      if (depth === 0 && (kind === "," || closes)) return;
      if (kind === "(" || kind === "{" || kind === "[") depth += 1;
      else if (closes) depth -= 1;
    }
  }

  /** Goes on behind a bad rule: behind its semicolon, or at what certainly starts the next one. */
  private skipToRule(): void {
    while (!this.startsLineOfRule(this.at)) {
      if (this.peek().kind === "end" || this.accept(";")) return;
      this.at += 1;
    }
  }

  /** Whether the token begins its line and a rule: only `name(` and `struct name` are unmistakable. */
  private startsLineOfRule(at: number): boolean {
    const token = this.tokens[at];
    const before = this.tokens[at - 1];
    if (token === undefined || before === undefined || !this.startsRule(at)) return false;
    if (this.tokens[at + 1]?.kind === "=") return false;
    return this.source.text.slice(before.end, token.start).includes("\n");
  }

  private startsRule(at: number): boolean {
    const token = this.tokens[at];
    const next = this.tokens[at + 1];
    if (token?.kind === "end") return true;
    if (token?.kind !== "name") return false;
    return (
      next?.kind === "(" || next?.kind === "=" || (token.text === "struct" && next?.kind === "name")
    );
  }

  private peek(): Token {
    return this.tokens[this.at] ?? (this.tokens[this.tokens.length - 1] as Token);
  }

  private previousEnd(): number {
    return this.tokens[this.at - 1]?.end ?? 0;
  }

  private accept(kind: TokenKind): boolean {
    if (this.peek().kind !== kind) return false;
    if (kind !== "end") this.at += 1;
    return true;
  }

  private expect(kind: TokenKind, what: string): Token {
    const token = this.peek();
    if (!this.accept(kind)) throw this.failure(`expected ${what}`);
    return token;
  }

  private name(what: string): Name {
    return spanned(this.expect("name", what));
  }

  private failure(expected: string, code = "SCML003"): SyntaxFailure {
    const token = this.peek();
    const message = code === "SCML003" ? `${expected}, found ${describeToken(token)}` : expected;
    this.report(code, message, token.start, Math.max(token.end, token.start + 1));
    return new SyntaxFailure();
  }

  private report(code: string, message: string, start: number, end: number): void {
    const { diagnostics } = this.result;
    // One report for a place: recovery often stumbles over the same token again.
    const key = `${start} ${code}`;
    if (this.reported.has(key)) return;
    this.reported.add(key);
    diagnostics.push({ code, severity: "error", message, start, end });
  }
}

function spanned(token: Token): Name {
  return { text: token.text, start: token.start, end: token.end };
}
