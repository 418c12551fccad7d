// SPDX-License-Identifier: MPL-2.0

// Writes packages/NAME/api.md, for reviews, from dist/index.d.ts.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { readOptions, refuse } from "../command-line/options.mjs";

const PACKAGES = ["ostd", "sandbox"];

/** Members that a user of the package can not use. */
function isHidden(member, source) {
  // A constructor that is private says that users make none.
  if (ts.isConstructorDeclaration(member)) return false;
  const comment = source.slice(member.getFullStart(), member.getStart());
  const isPrivate = ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Private;
  const isHard = member.name !== undefined && ts.isPrivateIdentifier(member.name);
  return isPrivate || isHard || /@internal|For OSTD/u.test(comment);
}

/** The text of a declaration without what users cannot use. */
function textOf(declaration) {
  const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  const source = node.getSourceFile().text;
  if (!ts.isClassDeclaration(node)) {
    return source.slice(node.getStart(), node.end);
  }
  let text = source.slice(node.getStart(), node.end);
  for (const member of node.members.filter((one) => isHidden(one, source)).reverse()) {
    const start = member.getFullStart() - node.getStart();
    text = text.slice(0, start) + text.slice(member.end - node.getStart());
  }
  return text;
}

function createReport(name) {
  const entry = fileURLToPath(new URL(`../../packages/${name}/dist/index.d.ts`, import.meta.url));
  const program = ts.createProgram([entry], { skipLibCheck: true, target: ts.ScriptTarget.ES2023 });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(entry);
  if (source === undefined) throw new Error(`${entry} is missing: build first (./aster build)`);
  const parts = [
    `# Public API of @aster/${name}`,
    "",
    "Made by `tools/api-report/main.mjs`; do not edit.",
    "",
  ];
  for (const exported of checker
    .getExportsOfModule(checker.getSymbolAtLocation(source))
    .sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
    const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
    const texts = (symbol.declarations ?? []).map(textOf);
    parts.push(`## ${exported.name}`, "", "```ts", ...texts, "```", "");
  }
  return parts
    .join("\n")
    .replaceAll(/^export (?:declare )?(?=interface|type|class|function|const|declare)/gm, "")
    .replaceAll(/^declare /gm, "");
}

const HELP = `Usage: node tools/api-report/main.mjs [--check] [NAME...]

Writes packages/NAME/api.md, for ${PACKAGES.join(", ")} or those named: every public declaration as its users see it. Needs a build.

  --check  writes nothing, and fails where a file is not up to date
  --help   prints this text
`;

const { values, positionals: names } = readOptions({
  help: HELP,
  options: { check: { type: "boolean", default: false } },
  allowPositionals: true,
});
const unknown = names.find((name) => !PACKAGES.includes(name));
if (unknown !== undefined) refuse(`"${unknown}" is none of ${PACKAGES.join(", ")}`, HELP);
try {
  for (const name of names.length > 0 ? names : PACKAGES) {
    const text = createReport(name);
    const file = new URL(`../../packages/${name}/api.md`, import.meta.url);
    if (!values.check) {
      writeFileSync(file, text);
    } else if (readFileSync(file, "utf8") !== text) {
      console.error(`packages/${name}/api.md is not up to date: node tools/api-report/main.mjs`);
      process.exitCode = 1;
    }
  }
} catch (error) {
  console.error(`api-report: ${error.message}`);
  process.exitCode = 2;
}
