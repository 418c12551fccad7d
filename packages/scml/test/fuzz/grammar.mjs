// SPDX-License-Identifier: MPL-2.0

// Programs by the grammar that docs/scml-grammar.md has, so that the page and the parser are held
// against one another.

import { readFileSync } from "node:fs";

const PAGE = new URL("../../../../docs/scml-grammar.md", import.meta.url);

/**
 * An expression of the grammar.
 * @typedef {{kind: "choice" | "sequence", items: Expression[]}
 *   | {kind: "optional" | "repeated", item: Expression}
 *   | {kind: "terminal" | "name", text: string}} Expression
 */

/** @param {string} text @returns {Map<string, Expression>} */
function readGrammar(text) {
  const tokens = text.match(/"[^"]*"|[a-z-]+|[=;|()[\]{}]/g) ?? [];
  let at = 0;
  const choice = () => {
    const items = [sequence()];
    while (tokens[at] === "|") {
      at += 1;
      items.push(sequence());
    }
    return items.length === 1 ? items[0] : { kind: "choice", items };
  };
  const sequence = () => {
    const items = [];
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
  const rules = new Map();
  while (at < tokens.length) {
    const name = tokens[at] ?? "";
    at += 2;
    rules.set(name, choice());
    at += 1;
  }
  return rules;
}

export const GRAMMAR = readGrammar(
  /```ebnf\n([^`]*)```/.exec(readFileSync(PAGE, "utf8"))?.[1] ?? "",
);

/** What stands for the tokens that the page describes in words. */
export const TOKENS = {
  name: [
    "open",
    "poll",
    "flags",
    "events",
    "O_RDONLY",
    "_x",
    "a1",
    "struct",
    "INTEGER",
    "PATH",
    "NULL",
  ],
  number: ["0", "1", "-1", "0xdeadbeef", "0o666", "0777", "0b101", "18446744073709551615"],
  string: ['"/proc"', '"/"', '"/a b/*"', '"\\"\\\\"'],
};
const BETWEEN = [" ", "", "", "\n", "\t", " // a comment\n", "/* a\ncomment */", "\r\n"];

/** @param {import("./random.mjs").Random} random @returns {string[]} the tokens of a program */
export function grammarTokens(random) {
  const out = [];
  const generate = (expression, depth) => {
    switch (expression.kind) {
      case "terminal":
        out.push(expression.text);
        return;
      case "name": {
        const rule = GRAMMAR.get(expression.text);
        if (rule === undefined) out.push(random.pick(TOKENS[expression.text] ?? ["?"]));
        else generate(rule, depth + 1);
        return;
      }
      case "sequence":
        for (const item of expression.items) generate(item, depth);
        return;
      case "choice":
        // The first alternative is the shortest: deep inside, it is taken.
        generate(depth > 12 ? expression.items[0] : random.pick(expression.items), depth);
        return;
      case "optional":
        if (random.below(2) === 0) generate(expression.item, depth);
        return;
      default:
        for (let count = random.below(depth > 8 ? 1 : 3); count > 0; count -= 1) {
          generate(expression.item, depth);
        }
    }
  };
  generate(GRAMMAR.get("program"), 0);
  return out;
}

/** A program by the grammar, with blanks and comments anywhere. @param {import("./random.mjs").Random} random */
export function grammarProgram(random) {
  let text = "";
  let before = "";
  for (const token of grammarTokens(random)) {
    let between = before === "" ? "" : random.pick(BETWEEN);
    // Two words need something between them.
    if (/\w$/.test(before) && /^[\w-]/.test(token) && between === "") between = " ";
    text += between + token;
    before = token;
  }
  return text;
}
