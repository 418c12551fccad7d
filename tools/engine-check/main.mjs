// SPDX-License-Identifier: MPL-2.0

// Checks that the kernel's bundle is fit for an engine of ES2020 with class fields, which is what
// boots on bare metal: its syntax, and that it runs where the library has nothing later but what
// packages/bare/src/guest/polyfill.ts brings. With --library-only-run (its own child process) it
// takes the later library away and boots.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "acorn";
import { full } from "acorn-walk";
import { readOptions } from "../command-line/options.mjs";

const BUNDLE = fileURLToPath(
  new URL("../../packages/sandbox/dist/bundle/kernel.js", import.meta.url),
);
const POLYFILL = new URL("../../packages/bare/src/guest/polyfill.ts", import.meta.url);

/** What of a program is later than ES2020, class fields and private names apart: name and place. */
export function laterSyntax(text) {
  const found = [];
  // Class fields came with 2022; what else did is looked for below.
  const program = parse(text, { ecmaVersion: "latest", locations: true });
  const report = (node, what) => found.push(`${node.loc.start.line}: ${what}`);
  full(program, (node) => {
    switch (node.type) {
      case "StaticBlock":
        return report(node, "a static block");
      case "AssignmentExpression":
        if (["&&=", "||=", "??="].includes(node.operator)) report(node, `\`${node.operator}\``);
        return;
      case "BinaryExpression":
        if (node.left.type === "PrivateIdentifier") report(node, "`#name in object`");
        return;
      case "Literal":
        if (typeof node.value !== "string" && /^[\d.]\S*_/.test(node.raw)) {
          report(node, "`_` in a number");
        }
        if (node.regex !== undefined && /[dv]/.test(node.regex.flags)) {
          report(node, "a regular expression's flag d or v");
        }
        return;
      case "VariableDeclaration":
        if (/using/.test(node.kind)) report(node, "`using`");
        return;
      case "ImportExpression":
      case "ImportDeclaration":
        return report(node, "an import");
      default:
    }
  });
  return found;
}

/** Members of the library that are later than ES2020. */
const LATER = [
  [
    Array.prototype,
    ["at", "findLast", "findLastIndex", "toReversed", "toSorted", "toSpliced", "with"],
  ],
  [
    Object.getPrototypeOf(Uint8Array.prototype),
    ["at", "findLast", "findLastIndex", "toReversed", "toSorted", "with"],
  ],
  [String.prototype, ["at", "isWellFormed", "toWellFormed"]],
  [Object, ["hasOwn", "groupBy"]],
  [Map, ["groupBy"]],
  [Promise, ["withResolvers", "any"]],
  [RegExp.prototype, ["hasIndices", "unicodeSets"]],
  [ArrayBuffer.prototype, ["resize", "transfer", "transferToFixedLength"]],
  [Set.prototype, ["union", "intersection", "difference", "isSubsetOf", "isSupersetOf"]],
];

/** The later members that the image brings itself. */
function polyfilled() {
  const text = readFileSync(POLYFILL, "utf8");
  return new Set([...text.matchAll(/define\(\s*[\w.]+,\s*"(\w+)"/g)].map(([, name]) => name));
}

/** Boots the kernel where the library has no later members, and runs a script. */
async function runWithoutLater() {
  const { runCli } = await import("../../packages/sandbox/dist/cli/run.js");
  // Everything of the host is loaded before: only the kernel runs without.
  await import("../../packages/machine/dist/index.js");
  const kept = polyfilled();
  for (const [holder, names] of LATER) {
    for (const name of names) if (!kept.has(name)) delete holder[name];
  }
  const script =
    "cd /tmp; for i in 1 2 3; do echo $i; done | sort -r >a; cat a /proc/version | wc -l";
  return runCli({ command: ["sh", "-c", script] });
}

/** The check fails on a text with any of these: it can fail. */
const PROBES = [
  "class A { static { 1; } }",
  "a ??= 1",
  "class A { #x; f(o) { return #x in o; } }",
  "1_000",
];

const { values } = readOptions({
  help: `Usage: node tools/engine-check/main.mjs

Checks that the kernel's bundle is fit for an engine of ES2020 with class fields: its syntax, and that it runs without the
later library. Needs a build.

  --library-only-run  takes the later library away and boots: what the check runs in a process of its own
  --help              prints this text
`,
  options: { "library-only-run": { type: "boolean", default: false } },
});
if (values["library-only-run"]) process.exit(await runWithoutLater());
for (const probe of PROBES) {
  if (laterSyntax(probe).length === 0) throw new Error(`the check does not see: ${probe}`);
}
const found = laterSyntax(readFileSync(BUNDLE, "utf8"));
for (const place of found.slice(0, 20)) {
  process.stderr.write(`packages/sandbox/dist/bundle/kernel.js:${place}\n`);
}
const file = fileURLToPath(import.meta.url);
const run = spawnSync(process.execPath, [file, "--library-only-run"], { encoding: "utf8" });
if (run.stdout !== "4\n")
  process.stderr.write(`without the later library: ${run.stdout}${run.stderr}\n`);
process.stdout.write(
  `the kernel's bundle: ${found.length} things later than ES2020 with class fields; ` +
    `without the later library it ${run.stdout === "4\n" ? "runs" : "fails"}\n`,
);
process.exitCode = found.length === 0 && run.stdout === "4\n" ? 0 : 1;
