// SPDX-License-Identifier: MPL-2.0
//
// What Linux does with every case, kept in test/guest/recorded/.

import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { release } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { compare, loadCases } from "./cases.mjs";
import { runAll } from "./pool.mjs";
import { findBusybox } from "./root.mjs";
import { readOptions } from "../../tools/command-line/options.mjs";

const RUNS = 2;
const TIMEOUT_MS = 10_000;
const RECORDED = fileURLToPath(new URL("./recorded/", import.meta.url));

const { values } = readOptions({
  help: `Usage: node test/guest/record.mjs [--filter RE] [--jobs N]

Records what this Linux does with every case. Each case runs twice, and a program once for each C library: all runs must
agree, or nothing is written for the case.

  --filter RE  only the cases whose names match
  --jobs N     so many at once (default 2)
  --help       prints this text
`,
  options: { filter: { type: "string", default: "" }, jobs: { type: "string", default: "2" } },
});

/** @type {Map<string, import('./cases.mjs').Outcome>} what each recording's first run gave */
const outcomes = new Map();
/** @type {Set<string>} recordings whose runs disagree or failed */
const rejected = new Set();

/**
 * @param {import('./cases.mjs').Case} testCase
 * @param {{outcome?: import('./cases.mjs').Outcome, error?: string}} result
 */
function consider(testCase, { outcome, error }) {
  const { recording, name, kind } = testCase;
  const first = outcomes.get(recording);
  let complaint = "";
  if (outcome === undefined) complaint = `${error}\n`;
  else if (kind === "program" && outcome.status !== 0) {
    complaint = `status ${outcome.status}, expected 0\n${Buffer.from(outcome.stdout)}${Buffer.from(outcome.stderr)}`;
  } else if (first !== undefined) complaint = compare({ ...testCase, expected: first }, outcome);
  else outcomes.set(recording, outcome);
  if (complaint === "") return;
  rejected.add(recording);
  process.stderr.write(`${name}: not recorded\n${complaint}\n`);
}

/** @param {string} recording @param {import('./cases.mjs').Outcome} outcome */
function write(recording, { stdout, stderr, status }) {
  mkdirSync(dirname(recording), { recursive: true });
  writeFileSync(`${recording}.stdout`, stdout);
  writeFileSync(`${recording}.stderr`, stderr);
  writeFileSync(`${recording}.status`, `${status}\n`);
}

/** A recording whose case was removed or renamed would never be compared again. */
function removeStale() {
  const known = new Set(cases.map(({ recording }) => recording));
  for (const folder of ["scripts", "programs"]) {
    mkdirSync(join(RECORDED, folder), { recursive: true });
    for (const file of readdirSync(join(RECORDED, folder))) {
      const path = join(RECORDED, folder, file);
      if (!known.has(path.replace(/\.[a-z]+$/, ""))) rmSync(path);
    }
  }
}

const cases = [...loadCases(new RegExp(values.filter ?? ""))];
for (let run = 0; run < RUNS; run++) {
  await runAll(
    cases,
    { runner: "native", jobs: Number(values.jobs), timeoutMs: TIMEOUT_MS },
    consider,
  );
}
if (values.filter === "") removeStale();
let recorded = 0;
for (const [recording, outcome] of outcomes) {
  if (rejected.has(recording)) continue;
  write(recording, outcome);
  recorded++;
}
const [busyboxVersion] = execFileSync(findBusybox(), ["--help"], { encoding: "utf8" }).split(
  " multi-call",
);
writeFileSync(
  join(RECORDED, "ORACLE.txt"),
  `Linux ${release().replace(/-.*/, "")}\n${busyboxVersion}\n`,
);
process.stdout.write(`${recorded} recorded, ${rejected.size} rejected\n`);
process.exitCode = rejected.size === 0 ? 0 : 1;
