// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { readFileSync } from "node:fs";
import { format } from "../src/format/formatter.ts";
import { parse } from "../src/syntax/parser.ts";
import { Random } from "./random.ts";

const DOCS = new URL("../../../docs/", import.meta.url);
const page = readFileSync(new URL("scml-grammar.md", DOCS), "utf8");

/** The grammar of the page, as expressions that can be walked. */
type Expression =
  | { readonly kind: "choice" | "sequence"; readonly items: readonly Expression[] }
  | { readonly kind: "optional" | "repeated"; readonly item: Expression }
  | { readonly kind: "terminal" | "name"; readonly text: string };

function readGrammar(text: string): Map<string, Expression> {
  const tokens = text.match(/"[^"]*"|[a-z-]+|[=;|()[\]{}]/g) ?? [];
  let at = 0;
  const choice = (): Expression => {
    const items = [sequence()];
    while (tokens[at] === "|") {
      at += 1;
      items.push(sequence());
    }
    return items.length === 1 ? (items[0] as Expression) : { kind: "choice", items };
  };
  const sequence = (): Expression => {
    const items: Expression[] = [];
    for (;;) {
      const token = tokens[at];
      if (token === undefined || /^[|;)\]}]$/.test(token)) return { kind: "sequence", items };
      at += 1;
      if (token === "(" || token === "[" || token === "{") {
        const item = choice();
        at += 1;
        items.push(token === "(" ? item : { kind: token === "[" ? "optional" : "repeated", item });
      } else if (token.startsWith('"')) {
        items.push({ kind: "terminal", text: token.slice(1, -1) });
      } else {
        items.push({ kind: "name", text: token });
      }
    }
  };
  const rules = new Map<string, Expression>();
  while (at < tokens.length) {
    const name = tokens[at] ?? "";
    at += 2;
    rules.set(name, choice());
    at += 1;
  }
  return rules;
}

const grammar = readGrammar(/```ebnf\n([^`]*)```/.exec(page)?.[1] ?? "");

const TOKENS: Readonly<Record<string, readonly string[]>> = {
  name: ["open", "flags", "O_RDONLY", "_x", "a1", "struct", "INTEGER", "PATH", "NULL"],
  number: ["0", "1", "-1", "0xdeadbeef", "0o666", "0777", "0b101", "18446744073709551615"],
  string: ['"/proc"', '"/"', '"/a b/*"', '"\\"\\\\"'],
};
const BETWEEN = [" ", "", "", "\n", "\t", " // a comment\n", "/* a\ncomment */", "\r\n"];

function generate(random: Random, expression: Expression, depth: number, out: string[]): void {
  switch (expression.kind) {
    case "terminal":
      out.push(expression.text);
      return;
    case "name": {
      const rule = grammar.get(expression.text);
      if (rule === undefined) out.push(random.pick(TOKENS[expression.text] ?? ["?"]));
      else generate(random, rule, depth + 1, out);
      return;
    }
    case "sequence":
      for (const item of expression.items) generate(random, item, depth, out);
      return;
    case "choice":
      // The first alternative is the shortest: deep inside, it is taken.
      generate(
        random,
        depth > 12 ? (expression.items[0] as Expression) : random.pick(expression.items),
        depth,
        out,
      );
      return;
    case "optional":
      if (random.below(2) === 0) generate(random, expression.item, depth, out);
      return;
    case "repeated":
      for (let count = random.below(depth > 8 ? 1 : 3); count > 0; count -= 1)
        generate(random, expression.item, depth, out);
  }
}

test("the parser accepts whatever the grammar of the documentation generates", () => {
  const random = new Random(1);
  const program = grammar.get("program") as Expression;
  for (let round = 0; round < 3000; round += 1) {
    const tokens: string[] = [];
    generate(random, program, 0, tokens);
    let text = "";
    tokens.forEach((token, index) => {
      let between = random.pick(BETWEEN);
      const before = tokens[index - 1] ?? "";
      // Two words need something between them.
      if (/\w$/.test(before) && /^[\w-]/.test(token) && between === "") between = " ";
      text += index === 0 ? token : between + token;
    });
    const { diagnostics } = parse(text);
    const message = diagnostics.map(({ code, message: what }) => `${code} ${what}`).join("; ");
    expect(diagnostics.length === 0 ? "" : `${message}\nin: ${text}`).toBe("");
    const once = format(text);
    expect(once.ok && format(once.text)).toEqual(once);
  }
});

test("a generator that strays from the grammar is found out by the parser", () => {
  const random = new Random(2);
  let refused = 0;
  for (let round = 0; round < 300; round += 1) {
    const tokens: string[] = [];
    while (tokens.length < 3) {
      tokens.length = 0;
      generate(random, grammar.get("program") as Expression, 0, tokens);
    }
    tokens.splice(random.below(tokens.length), 1);
    if (parse(tokens.join(" ")).diagnostics.length > 0) refused += 1;
  }
  expect(refused).toBeGreaterThan(150);
});

test("the names that the grammar uses are defined in it or are tokens", () => {
  const names = new Set<string>();
  const visit = (expression: Expression): void => {
    if (expression.kind === "name") names.add(expression.text);
    else if ("items" in expression) expression.items.forEach(visit);
    else if ("item" in expression) visit(expression.item);
  };
  grammar.forEach(visit);
  expect(grammar.size).toBeGreaterThan(10);
  expect([...names].filter((name) => !grammar.has(name) && TOKENS[name] === undefined)).toEqual([]);
});
