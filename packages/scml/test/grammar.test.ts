// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { format } from "../src/format/formatter.ts";
import { parse } from "../src/syntax/parser.ts";
import {
  type Expression,
  GRAMMAR,
  grammarProgram,
  grammarTokens,
  TOKENS,
} from "./fuzz/grammar.mjs";
import { Random } from "./fuzz/random.mjs";

test("the parser accepts whatever the grammar of the documentation generates", () => {
  const random = new Random(1);
  for (let round = 0; round < 2000; round += 1) {
    const text = grammarProgram(random);
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
    let tokens: string[] = [];
    while (tokens.length < 3) tokens = grammarTokens(random);
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
  GRAMMAR.forEach(visit);
  expect(GRAMMAR.size).toBeGreaterThan(10);
  expect([...names].filter((name) => !GRAMMAR.has(name) && !Object.hasOwn(TOKENS, name))).toEqual(
    [],
  );
});
