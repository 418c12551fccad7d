// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { readFileSync } from "node:fs";
import { check } from "../src/check/checker.ts";
import { Verdict } from "../src/match/verdict.ts";
import { explainCall } from "../src/match/explain.ts";
import { RuleSet } from "../src/match/rule-set.ts";
import { LineKind, LineScanner } from "../src/trace/line.ts";

const page = readFileSync(new URL("../../../docs/scml-semantics.md", import.meta.url), "utf8");

/** The rows of the tables: a rule, a call and what they make. */
const rows = page
  .split("\n")
  .filter((line) => /^\| `.*\| (?:yes|no|unseen) \|$/.test(line))
  .map((line) => {
    const cells = line
      .slice(2, -2)
      .split(/ (?<!\\)\| /)
      .map((cell) => cell.replaceAll("\\|", "|"));
    return {
      rule: (cells[0] ?? "").slice(1, -1),
      call: (cells[1] ?? "").slice(1, -1),
      verdict: cells[2] ?? "",
    };
  });

const NAMES = ["no", "unseen", "yes"];

test("the page has its tables", () => {
  expect(rows.length).toBeGreaterThan(80);
});

test.each(rows)("$rule — $call — $verdict", ({ rule, call, verdict }) => {
  const { program, diagnostics } = check(rule, "table");
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const rules = new RuleSet([program]);
  const line = call.endsWith("= ?") ? call : `${call} = 0`;
  const scanner = new LineScanner();
  const kind = scanner.scan(line, 0, line.length);
  expect([LineKind.Call, LineKind.Cut]).toContain(kind);
  const incomplete = kind === LineKind.Cut;
  expect(NAMES[rules.matcher(scanner.name)?.match(scanner, incomplete) ?? Verdict.No]).toBe(
    verdict,
  );
  // The slow way, which tells the reasons, comes to the same.
  const [best] = explainCall(rules, scanner, incomplete).sort((a, b) => b.verdict - a.verdict);
  expect(NAMES[best?.verdict ?? Verdict.No]).toBe(verdict);
});
