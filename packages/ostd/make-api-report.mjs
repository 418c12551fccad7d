// SPDX-License-Identifier: MPL-2.0

// Writes api.md: every public declaration of @aster/ostd as its users see it, for reviews.
// With --check: fails when the file is not up to date. Needs a build (dist/index.d.ts).

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const entry = fileURLToPath(new URL("dist/index.d.ts", import.meta.url));
const report = new URL("api.md", import.meta.url);

/** The text of a declaration without what users cannot use. */
function textOf(declaration) {
  const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  const source = node.getSourceFile().text;
  if (!ts.isClassDeclaration(node)) {
    return source.slice(node.getStart(), node.end);
  }
  const hidden = node.members.filter(
    (member) =>
      (member.name !== undefined && ts.isPrivateIdentifier(member.name)) ||
      /@internal|For OSTD/u.test(source.slice(member.getFullStart(), member.getStart())),
  );
  let text = source.slice(node.getStart(), node.end);
  for (const member of hidden.reverse()) {
    const start = member.getFullStart() - node.getStart();
    text = text.slice(0, start) + text.slice(member.end - node.getStart());
  }
  return text;
}

function createReport() {
  const program = ts.createProgram([entry], { skipLibCheck: true, target: ts.ScriptTarget.ES2023 });
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(entry));
  const parts = [
    "# Public API of @aster/ostd",
    "",
    "Made by `make-api-report.mjs`; do not edit.",
    "",
  ];
  for (const name of checker
    .getExportsOfModule(module)
    .sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const symbol =
      (name.flags & ts.SymbolFlags.Alias) === 0 ? name : checker.getAliasedSymbol(name);
    const texts = (symbol.declarations ?? []).map(textOf);
    parts.push(`## ${name.name}`, "", "```ts", ...texts, "```", "");
  }
  return `${parts.join("\n").replaceAll("export declare ", "").replaceAll("export interface", "interface")}`;
}

const text = createReport();
if (process.argv.includes("--check")) {
  if (readFileSync(report, "utf8") !== text) {
    console.error("packages/ostd/api.md is not up to date: run node make-api-report.mjs");
    process.exitCode = 1;
  }
} else {
  writeFileSync(report, text);
}
