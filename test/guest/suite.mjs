// SPDX-License-Identifier: MPL-2.0
//
// The guest test suite: runs every case on one machine and compares with what Linux did.
//
//   node test/guest/suite.mjs --runner native|aster|api|qemu [--filter RE] [--jobs N] [--timeout SECONDS]
//     [--times] [--scml-audit]

import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";

import { compare, loadCases } from "./cases.mjs";
import { AuditSum } from "./scml/audit-sum.mjs";
import { gapOf } from "./known-gaps.mjs";
import { runAll } from "./pool.mjs";
import { slowFirst } from "./slow-cases.mjs";

export { compare, loadCases };

const RUNNERS = ["native", "aster", "api", "qemu"];

const USAGE =
  "usage: suite.mjs --runner native|aster|api|qemu [--filter RE] [--jobs N] [--timeout SECONDS] [--times]\n" +
  "  --jit off|on|eager  on Aster: whether the CPU compiles hot code\n" +
  "  --times  tells of each case how long it took\n" +
  "  --scml-audit  on Aster: fails where a call outside docs/kernel.scml succeeds\n" +
  "Jobs are 1, and in QEMU 2, unless told otherwise; a case may take 60 s, and in QEMU 240 s.\n" +
  "The filter is a regular expression on names such as scripts/pipes and programs/fork-wait.musl.\n";

const SLOWEST_SHOWN = 8;
const JIT_MODES = ["off", "on", "eager"];

/** @param {string} value @param {string} option */
function positiveInteger(value, option) {
  const number = Number(value);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`--${option}: expected a positive integer, got "${value}"`);
}

/** @param {number} seconds */
const inSeconds = (seconds) => `${seconds.toFixed(1)} s`;

function readOptions() {
  const { values } = parseArgs({
    options: {
      runner: { type: "string" },
      filter: { type: "string", default: "" },
      jobs: { type: "string" },
      timeout: { type: "string" },
      times: { type: "boolean", default: false },
      "scml-audit": { type: "boolean", default: false },
      jit: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    process.exit(0);
  }
  const { runner } = values;
  if (runner === undefined || !RUNNERS.includes(runner)) {
    throw new Error(
      `--runner: expected one of ${RUNNERS.join(", ")}, got ${runner === undefined ? "nothing" : `"${runner}"`}`,
    );
  }
  const { jit } = values;
  if (jit !== undefined && !JIT_MODES.includes(jit)) {
    throw new Error(`--jit: expected one of ${JIT_MODES.join(", ")}, got "${jit}"`);
  }
  return {
    runner,
    isTimed: values.times === true,
    jit: runner === "aster" ? jit : undefined,
    isAudited: values["scml-audit"] === true && runner === "aster",
    filter: new RegExp(values.filter ?? ""),
    // A boot in QEMU waits for its processes as often as it computes.
    jobs: positiveInteger(values.jobs ?? (runner === "qemu" ? "2" : "1"), "jobs"),
    // A program that makes a thousand processes takes QEMU's emulated processor a minute.
    timeoutMs:
      positiveInteger(values.timeout ?? (runner === "qemu" ? "240" : "60"), "timeout") * 1000,
  };
}

async function main() {
  let options;
  try {
    options = readOptions();
  } catch (error) {
    process.stderr.write(`suite.mjs: ${error instanceof Error ? error.message : error}\n${USAGE}`);
    return 2;
  }
  const chosen = [...loadCases(options.filter)];
  const cases = options.runner === "qemu" ? slowFirst(chosen) : chosen;
  if (cases.length === 0) {
    process.stderr.write(`suite.mjs: no case matches ${options.filter}\n`);
    return 2;
  }
  for (const testCase of cases) {
    testCase.isAudited = options.isAudited;
    testCase.jit = options.jit;
  }
  // Guests end with this process, and so do the files that they are made of.
  for (const [signal, number] of /** @type {const} */ ([
    ["SIGINT", 2],
    ["SIGTERM", 15],
  ])) {
    process.once(signal, () => process.exit(128 + number));
  }
  const audit = new AuditSum();
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  /** @type {{ name: string, seconds: number }[]} */
  const times = [];
  const start = performance.now();
  await runAll(cases, options, (testCase, { outcome, error }, seconds) => {
    times.push({ name: testCase.name, seconds });
    const difference = outcome === undefined ? `${error}\n` : compare(testCase, outcome);
    if (outcome?.audit !== undefined) audit.add(testCase.name, outcome.audit);
    const gap = options.runner === "native" ? undefined : gapOf(testCase.name, options.runner);
    if (gap !== undefined && difference !== "") {
      skipped++;
      process.stdout.write(`gap  ${testCase.name}: ${gap.reason}\n`);
    } else if (gap !== undefined) {
      failed++;
      process.stdout.write(`FAIL ${testCase.name}\n    passes now: take it off known-gaps.mjs\n`);
    } else if (difference === "") {
      passed++;
      const time = options.isTimed ? ` (${inSeconds(seconds)})` : "";
      process.stdout.write(`pass ${testCase.name}${time}\n`);
    } else {
      failed++;
      process.stdout.write(
        `FAIL ${testCase.name}\n${difference.replace(/^/gm, "    ").trimEnd()}\n`,
      );
    }
  });
  process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  const slowest = times.toSorted((a, b) => b.seconds - a.seconds).slice(0, SLOWEST_SHOWN);
  process.stdout.write(
    `${inSeconds((performance.now() - start) / 1000)}; the slowest: ` +
      `${slowest.map(({ name, seconds }) => `${name} ${inSeconds(seconds)}`).join(", ")}\n`,
  );
  if (options.isAudited) process.stdout.write(audit.text());
  return failed === 0 && audit.isProven ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main();
