// SPDX-License-Identifier: MPL-2.0
//
// ./aster compat: runs Debian's programs on the kernel and writes docs/compat.md.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

import {
  CASES,
  PACKAGES,
  PYTHON_EXPECTED_FAILURES,
  PYTHON_GROUPS,
  PYTHON_PARTS,
} from "./cases.mjs";
import { keepResult, readResults } from "./results.mjs";
import { runIn } from "./run.mjs";
import { STRESSORS } from "./stress.mjs";
import { readOptions } from "../command-line/options.mjs";

const USAGE = `Usage: aster compat [--root DIR] [--only RE] [--no-page] [--record]

Runs programs of Debian's packages, and modules of Python's own test suite, in guests with the root
DIR (default .aster/compat-root, made by aster rootfs when it is not there), and writes
docs/compat.md. Exits with 1 when anything fails that is not expected to.

  --only RE   only programs and modules whose names match; the page keeps the others' last results
  --record    asks this Linux, in the same root, what the programs print (needs root)
`;
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const EXPECTED = here("./expected.json");
const PAGE = here("../../docs/compat.md");
const OSDK = here("../../packages/osdk/bin/aster-osdk.js");
const SECONDS = 300;
const PYTHON_SECONDS = 900;
const MEMORY_MIB = 1024;
/** Stands between a program's version and its output. */
const MARK = "===version-above===";

const { values } = readOptions({
  help: USAGE,
  options: {
    root: { type: "string", default: here("../../.aster/compat-root") },
    only: { type: "string" },
    record: { type: "boolean", default: false },
    "no-page": { type: "boolean", default: false },
  },
});

process.exitCode = await main();

async function main() {
  const root = resolve(values.root ?? "");
  if (!existsSync(root)) {
    if (!makeRoot(root)) return 1;
  } else if (!isComplete(root)) return 1;
  const only = new RegExp(values.only ?? "");
  const cases = CASES.filter(({ program }) => only.test(program));
  if (values.record) return record(root, cases);
  let count = 0;
  let failed = 0;
  const take = (name, result) => {
    count++;
    if (!result.passed) failed++;
    keepResult(name, result);
  };
  const expected = JSON.parse(readFileSync(EXPECTED, "utf8"));
  for (const { program, version, run, seconds = SECONDS, folder } of cases) {
    const options = { native: false, seconds, memoryMiB: MEMORY_MIB, folder };
    const outcome = await runIn(root, `{ ${version}; } 2>&1\necho ${MARK}\n${run}`, options);
    const [shown = "", ...rest] = outcome.stdout.split(`${MARK}\n`);
    const printed = rest.join(`${MARK}\n`);
    const passed = printed === expected[program];
    report(passed, program, { ...outcome, stdout: printed }, expected[program] ?? "");
    take(program, { version: versionOf(shown), passed });
  }
  const groups = PYTHON_GROUPS.filter((modules) => only.test(`python ${modules.join(" ")}`));
  for (const modules of groups) {
    for (const { module, passed } of await runPython(root, modules)) take(module, { passed });
  }
  if (!values["no-page"]) writeFileSync(PAGE, page(readResults()));
  process.stdout.write(`${count - failed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

/** Whether a root that was there has all packages; dpkg's own list says so. */
function isComplete(root) {
  const list = join(root, "var/lib/dpkg/status");
  const text = existsSync(list) ? readFileSync(list, "utf8") : "";
  const known = new Set([...text.matchAll(/^Package: (.*)$/gm)].map((found) => found[1]));
  const missing = known.size === 0 ? [] : PACKAGES.filter((name) => !known.has(name));
  if (missing.length === 0) return true;
  process.stderr.write(
    `compat: ${root} was made without ${missing.join(", ")}; remove it, and it is made anew\n`,
  );
  return false;
}

/** Whether the root could be made; if not, what makes it has said why. */
function makeRoot(root) {
  process.stderr.write(`compat: making ${root}\n`);
  const argv = [OSDK, "rootfs", "--packages", PACKAGES.join(","), root];
  const { status } = spawnSync(process.execPath, argv, { stdio: ["ignore", 2, 2] });
  if (status !== 0)
    process.stderr.write(`compat: the root could not be made (exit code ${status})\n`);
  return status === 0;
}

/** Writes what this Linux prints; two runs must agree. */
async function record(root, cases) {
  const expected = existsSync(EXPECTED) ? JSON.parse(readFileSync(EXPECTED, "utf8")) : {};
  let wrong = 0;
  for (const { program, run, folder } of cases) {
    const options = { native: true, seconds: SECONDS, memoryMiB: 0, folder };
    const first = await runIn(root, run, options);
    const second = await runIn(root, run, options);
    if (first.stdout !== second.stdout || first.stdout === "") {
      process.stderr.write(
        `${program}: not recorded\n${first.stdout}---\n${second.stdout}${second.stderr}`,
      );
      wrong++;
    } else expected[program] = first.stdout;
  }
  writeFileSync(EXPECTED, `${JSON.stringify(expected, undefined, 2)}\n`);
  return wrong === 0 ? 0 : 1;
}

/** Runs the modules in one guest: which passed. */
async function runPython(root, modules) {
  const parts = modules.flatMap((module) => PYTHON_PARTS[module]?.arguments ?? []);
  const command = `python3 -m test -w ${parts.map(quote).join(" ")} ${modules.join(" ")}`;
  const options = { native: false, seconds: PYTHON_SECONDS, memoryMiB: MEMORY_MIB };
  const { stdout, stderr, seconds } = await runIn(root, command, options);
  const started = new Set(
    [...stdout.matchAll(/\[ *\d+\/\d+(?:\/\d+)?\] (test_\w+)/g)].map((found) => found[1]),
  );
  // What failed at first and passed when it ran again has failed; what was skipped has not run.
  const bad = new Set(
    [...stdout.matchAll(/(?:^|test )(test_\w+) (?:failed|crashed|skipped)/gm)].map(
      (found) => found[1],
    ),
  );
  const hasEnded = /^== Tests result:/m.test(stdout);
  const rows = modules.map((module) => ({
    module,
    passed: hasEnded && started.has(module) && !bad.has(module),
  }));
  for (const { module, passed } of rows) {
    process.stdout.write(`${passed ? "pass" : "FAIL"} python ${module}\n`);
  }
  if (rows.some(({ passed }) => !passed)) {
    process.stdout.write(`${stdout.slice(-3000)}${stderr.slice(-500)}\n`);
  }
  process.stdout.write(`     ${modules.length} modules in ${seconds.toFixed(0)} s\n`);
  return rows;
}

/** For a shell. */
function quote(word) {
  return `'${word}'`;
}

function versionOf(shown) {
  const [line = ""] = shown.trim().split("\n");
  return line.slice(0, 60);
}

function report(passed, program, { stdout, stderr, status, seconds }, expected) {
  process.stdout.write(`${passed ? "pass" : "FAIL"} ${program} (${seconds.toFixed(1)} s)\n`);
  if (passed) return;
  const indent = (text) => text.replace(/^/gm, "    ");
  process.stdout.write(
    `  status ${status}, expected:\n${indent(expected)}\n  got:\n${indent(stdout + stderr)}\n`,
  );
}

/** The page, from the last result of each. */
function page(results) {
  const mark = (result) =>
    result === undefined ? "not run" : result.passed ? "passes" : "**fails**";
  const modules = PYTHON_GROUPS.flat();
  const tried = modules.filter((module) => results[module] !== undefined);
  const passing = modules.filter((module) => results[module]?.passed === true);
  const lines = [
    "# Debian's programs on the kernel",
    "",
    "Written by `./aster compat`, which runs unmodified programs of Debian packages in a root that `aster rootfs` made. A program",
    "passes when it prints what it printed on Linux in the same root.",
    "",
    "| program | version | what it did | result |",
    "| --- | --- | --- | --- |",
    ...CASES.map(
      ({ program, what }) =>
        `| ${program} | ${results[program]?.version ?? ""} | ${what} | ${mark(results[program])} |`,
    ),
    "",
    "## stress-ng",
    "",
    "Two of each stressor at once, which check their own results (`node tools/compat/stress.mjs --seconds 60`).",
    "",
    "| stressor | seconds | result |",
    "| --- | --- | --- |",
    ...STRESSORS.map((name) => {
      const result = results[`stress-ng ${name}`];
      return `| ${name} | ${result?.seconds ?? ""} | ${mark(result)} |`;
    }),
    "",
    "## Python's own test suite",
    "",
    `\`python3 -m test\`: of ${modules.length} modules ${tried.length} were run last, and ${passing.length} passed.`,
    "",
    "| module | result |",
    "| --- | --- |",
    ...modules.map((module) => {
      const part = PYTHON_PARTS[module];
      const left = part === undefined ? "" : `, ${part.left}`;
      return `| ${module} | ${mark(results[module])}${left} |`;
    }),
    "",
    "Not run:",
    "",
    "| modules | reason |",
    "| --- | --- |",
    ...PYTHON_EXPECTED_FAILURES.map(([names, reason]) => `| ${names} | ${reason} |`),
    "",
  ];
  return lines.join("\n");
}
