// SPDX-License-Identifier: MPL-2.0

// Counts the comments that switch lint rules or the compiler off in everything that is safe
// TypeScript: the kernel, the examples, and what `osdk new` makes. Fails on the first.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { LINT_DIRECTIVE } from "../../packages/eslint-plugin/dist/index.js";
import { readOptions } from "../command-line/options.mjs";

readOptions({
  help: `Usage: node tools/lint-disables/main.mjs

Counts the comments that switch lint rules or the compiler off in safe TypeScript, and fails where there is one.

  --help  prints this text
`,
});

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SAFE = ["packages/kernel/src/*.ts", "examples/*.ts", "packages/osdk/src/new/*.ts"];
const COMMENT = /\/\/(.*)|\/\*([\s\S]*?)\*\//g;
const COMPILER = /@ts-(?:ignore|expect-error|nocheck)\b/;

const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "--", ...SAFE], {
  cwd: ROOT,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file !== "" && !/\.test\.ts$|\/testing\//.test(file));

let found = 0;
for (const file of files) {
  const text = readFileSync(`${ROOT}/${file}`, "utf8");
  for (const match of text.matchAll(COMMENT)) {
    const comment = match[1] ?? match[2] ?? "";
    if (!LINT_DIRECTIVE.test(comment) && !COMPILER.test(comment)) continue;
    found += 1;
    const line = text.slice(0, match.index).split("\n").length;
    process.stderr.write(`${file}:${line}: ${match[0]}\n`);
  }
}
process.stdout.write(
  `${found} comments switch a check off, in ${files.length} files of safe code\n`,
);
process.exitCode = found === 0 ? 0 : 1;
