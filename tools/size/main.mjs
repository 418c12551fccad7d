// SPDX-License-Identifier: MPL-2.0

// Prints the lines of each package and of OSTD's folders, and fails where a file is too long to
// hold one concept: 500 lines, generated code and tests apart. OSTD and the native code have limits of
// their own.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readOptions } from "../command-line/options.mjs";

readOptions({
  help: `Usage: node tools/size/main.mjs

Prints the lines of each package and of OSTD's folders, and fails where a file, or a part with a limit, is too long.

  --help  prints this text
`,
});

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const LONGEST = 500;
/** OSTD is meant to be read whole by a reviewer. */
const OSTD_LONGEST_TOTAL = 10_000;

/**
 * What runs in ring 0 below TypeScript is meant to be read in an hour. Beside it stands what is
 * compiled into the engine, which reaches no machine.
 */
const NATIVE_MOST = {
  "native runtime, assembly": 500,
  "native runtime, C": 1500,
  "changes of the engine, C": 900,
};

const files = execFileSync("git", ["ls-files", "*.ts", "*.mjs", "*.js", "*.c", "*.S"], {
  cwd: ROOT,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file !== "" && !/(^|\/)generated\//.test(file));

/** Lines of our own C and assembly, with blank ones and comments. */
function nativeLines() {
  const count = (pattern) =>
    execFileSync("git", ["ls-files", ...pattern], { cwd: ROOT, encoding: "utf8" })
      .split("\n")
      .filter((file) => file !== "")
      .reduce(
        (sum, file) => sum + readFileSync(`${ROOT}/${file}`, "utf8").split("\n").length - 1,
        0,
      );
  const native = (extension) => `packages/bare/native/*.${extension}`;
  return {
    "native runtime, assembly": count([native("S"), native("ld")]),
    "native runtime, C": count([native("c"), native("h")]),
    "changes of the engine, C": count(["packages/bare/engine/*"]),
  };
}

const totals = new Map();
let failed = false;
for (const file of files) {
  const lines = readFileSync(`${ROOT}/${file}`, "utf8").split("\n").length - 1;
  const isTest = /\.test\.ts$|(^|\/)(test|testing)\//.test(file);
  const place = file
    .split("/")
    .slice(0, file.startsWith("packages/ostd/") ? 4 : 2)
    .join("/");
  const total = totals.get(place) ?? { source: 0, test: 0, files: 0 };
  total[isTest ? "test" : "source"] += lines;
  total.files += 1;
  totals.set(place, total);

  if (!isTest && lines > LONGEST) {
    process.stderr.write(`${file}: ${lines} lines; files hold one concept in at most ${LONGEST}\n`);
    failed = true;
  }
}

const ostd = [...totals].filter(([place]) => place.startsWith("packages/ostd"));
const ostdLines = ostd.reduce((sum, [, total]) => sum + total.source, 0);
for (const [place, { source, test, files: count }] of [...totals].sort()) {
  process.stdout.write(
    `${String(source).padStart(7)} ${String(test).padStart(7)} ${String(count).padStart(5)}  ${place}\n`,
  );
}
process.stdout.write(`  lines    tests files\nOSTD without tests: ${ostdLines} lines\n`);
if (ostdLines > OSTD_LONGEST_TOTAL) {
  process.stderr.write(`OSTD has ${ostdLines} lines; at most ${OSTD_LONGEST_TOTAL} are meant\n`);
  failed = true;
}

const native = nativeLines();
process.stdout.write(
  Object.entries(native)
    .map(([what, lines]) => `${what}: ${lines} lines, at most ${NATIVE_MOST[what]}\n`)
    .join(""),
);
for (const [what, lines] of Object.entries(native)) {
  if (lines <= NATIVE_MOST[what]) continue;
  process.stderr.write(`${what} has ${lines} lines; at most ${NATIVE_MOST[what]} are meant\n`);
  failed = true;
}
process.exitCode = failed ? 1 : 0;
