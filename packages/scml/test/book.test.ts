// SPDX-License-Identifier: MPL-2.0

// Where ASTER_BOOK names a copy of the Book's text, all of its listings have to be accepted.

import { expect, test } from "@jest/globals";
import { readFileSync } from "node:fs";
import { check } from "../src/check/checker.ts";
import { format } from "../src/format/formatter.ts";
import { renderDiagnostic } from "../src/syntax/diagnostic.ts";

const path = process.env["ASTER_BOOK"];

/** The listings behind "Supported functionality … in SCML:", up to the prose behind them. */
function listings(text: string): { line: number; text: string }[] {
  const lines = text.split("\n");
  const found: { line: number; text: string }[] = [];
  const isProse =
    /^(?:Supported |(?:Silently-ignored|Ignored|Partially[ -]supported|Unsupported) |For more information)/;
  lines.forEach((line, index) => {
    if (!/^Supported functionality.* in SCML:$/.test(line)) return;
    let end = index + 1;
    while (end < lines.length && !isProse.test(lines[end] ?? "")) end += 1;
    found.push({ line: index + 2, text: lines.slice(index + 1, end).join("\n") });
  });
  return found;
}

const withBook = path === undefined ? test.skip : test;

withBook("every listing of the Book is accepted and formats to the same meaning", () => {
  const all = listings(readFileSync(path ?? "", "utf8"));
  expect(all.length).toBeGreaterThan(50);
  for (const listing of all) {
    const { diagnostics, program } = check(listing.text, `book:${listing.line}`);
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    expect(errors.map((error) => renderDiagnostic(error, program.source))).toEqual([]);
    expect(program.rules.length).toBeGreaterThan(0);
    const once = format(listing.text);
    expect(once.ok && format(once.text)).toEqual(once);
  }
});

withBook("the examples of the language are accepted", () => {
  const text = readFileSync(path ?? "", "utf8");
  const from = text.indexOf("SCML by Example");
  const to = text.indexOf("Formal Syntax", from);
  expect(from > 0 && to > from).toBe(true);
  // The examples lie between lines of prose: a rule is what ends with a semicolon at depth zero.
  const code = text
    .slice(from, to)
    .split("\n")
    .filter(
      (line) =>
        !/^[A-Z][A-Za-z’‑-]* .*[a-z][.:,]?$|^[a-z].* [a-z]+ .*[a-z.:]$/.test(line) ||
        line.startsWith("//"),
    );
  const rules = code.join("\n").match(/(?:^|\n)(?:struct )?\w+ ?(?:=|\()[^;]*;/g) ?? [];
  expect(rules.length).toBeGreaterThan(15);
  for (const rule of rules) {
    const syntax = check(rule, "example").diagnostics.filter(({ code: name }) =>
      /^SCML00/.test(name),
    );
    expect(syntax.map((error) => `${error.message}\n${rule}`)).toEqual([]);
  }
});
