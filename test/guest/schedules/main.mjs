// SPDX-License-Identifier: MPL-2.0
//
// Runs the guest tests in which tasks meet under many seeded schedules, on the deterministic machine:
// what they print may not depend on who runs when. A seed makes the same run again, to the byte.
//
//   node test/guest/schedules/main.mjs [--seeds N] [--first SEED] [--filter RE] [--racy]
//
//   --seeds N     so many schedules for each test, from --first on (default 100, from 1)
//   --filter RE   only tests whose name matches
//   --racy        the program that is wrong on purpose, instead: some schedule has to show it

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { seededEntropy, VirtualClock } from "@aster/machine";
import { runCommand } from "@aster/sandbox";

import { buildProgram } from "../build.mjs";
import { compare, loadCases } from "../cases.mjs";
import { CWD, ENV, findBusybox } from "../root.mjs";
import { CONCURRENT_TESTS, nsPerInstruction } from "./concurrent.mjs";

/** Some tests look whether the clock was set. */
const BOOT_US = Date.UTC(2025, 0, 1) * 1000;
/** A run that takes so long waits for what never comes, or the host is slow: then it is tried once more. */
const TIMEOUT_MS = 120_000;
const PATIENT_TIMEOUT_MS = 1_800_000;
const MEMORY_MIB = 32;
/** Read once for all boots. */
const BUSYBOX = readFileSync(findBusybox());

function usage(message) {
  process.stderr.write(
    `schedules: ${message}\nusage: main.mjs [--seeds N] [--first SEED] [--filter RE] [--racy]\n`,
  );
  process.exit(2);
}

function readOptions() {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        seeds: { type: "string", default: "100" },
        first: { type: "string", default: "1" },
        filter: { type: "string", default: "" },
        racy: { type: "boolean", default: false },
      },
    }));
  } catch (error) {
    return usage(error.message);
  }
  for (const name of ["seeds", "first"]) {
    if (!/^[0-9]{1,9}$/u.test(values[name]))
      usage(`--${name} wants a whole number, not ${values[name]}`);
  }
  return {
    seeds: Number(values.seeds),
    first: Number(values.first),
    filter: new RegExp(values.filter, "u"),
    isRacy: values.racy,
  };
}

/**
 * One run under the schedule of `seed`; 0 is the kernel's own schedule. Instructions are counted alike
 * by the interpreter and by compiled code, so `jit` changes how long it takes and nothing else.
 */
async function run(testCase, seed, jit = "on", timeoutMs = TIMEOUT_MS) {
  const { stdout, stderr, exitCode } = await runCommand({
    argv: testCase.argv,
    env: ENV,
    cwd: CWD,
    files: testCase.files.map(({ guestPath, bytes, mode }) => ({ path: guestPath, bytes, mode })),
    stdin: testCase.stdin,
    busybox: BUSYBOX,
    memoryMiB: MEMORY_MIB,
    clock: new VirtualClock({
      wallClockUs: BOOT_US,
      nsPerTick: nsPerInstruction(testCase.name),
    }),
    entropy: seededEntropy(seed),
    ...(seed > 0 && {
      kernelArgs: `aster.schedule=${seed}`,
      // From 500 on, so that threads are interrupted between any two of their instructions.
      tickInstructions: 500 + ((seed * 7919) % 20_000),
    }),
    jit,
    timeoutMs,
  });
  return { stdout, stderr, status: exitCode };
}

const textOf = ({ stdout, stderr, status }) =>
  `${Buffer.from(stdout).toString("latin1")}\0${Buffer.from(stderr).toString("latin1")}\0${status}`;

const isSame = (one, other) =>
  one.error === other.error && (one.error !== undefined || textOf(one) === textOf(other));

async function outcomeOf(testCase, seed, jit) {
  const start = process.cpuUsage();
  const usage = performance.eventLoopUtilization();
  const failed = (error) => ({ error: String(error?.message ?? error) });
  let outcome = await run(testCase, seed, jit).catch(failed);
  const isBusy = performance.eventLoopUtilization(usage).utilization > 0.5;
  if (outcome.error?.includes("did not end within") && isBusy) {
    outcome = await run(testCase, seed, jit, PATIENT_TIMEOUT_MS).catch(failed);
  }
  return { ...outcome, cpuUs: process.cpuUsage(start).user };
}

/** What is wrong with an outcome; empty when nothing is. */
const differenceOf = (testCase, outcome) =>
  outcome.error === undefined ? compare(testCase, outcome) : `${outcome.error}\n`;

/**
 * Runs a test under all seeds; the seeds that failed, each with what was different. The first runs
 * both interpreted and compiled, which must agree to the byte; the others as was faster: most tests are
 * over before what was compiled pays.
 */
async function explore(testCase, { seeds, first }) {
  const failures = [];
  const note = (seed, outcome, difference) => {
    if (difference !== "") failures.push({ seed, difference, outcome });
  };
  const compiled = await outcomeOf(testCase, first, "on");
  const interpreted = await outcomeOf(testCase, first, "off");
  note(first, compiled, differenceOf(testCase, compiled));
  if (!isSame(compiled, interpreted)) {
    note(first, interpreted, "interpreted and compiled, the same schedule differs\n");
  }
  const jit = interpreted.cpuUs < compiled.cpuUs ? "off" : "on";
  for (let seed = first + 1; seed < first + seeds; seed++) {
    const outcome = await outcomeOf(testCase, seed, jit);
    note(seed, outcome, differenceOf(testCase, outcome));
  }
  return failures;
}

async function exploreRacy(options) {
  const bytes = readFileSync(buildProgram("racy", "musl", "schedules"));
  const testCase = {
    name: "racy",
    argv: ["/tmp/racy"],
    files: [{ guestPath: "/tmp/racy", bytes, mode: 0o755 }],
    stdin: undefined,
  };
  const own = await run(testCase, 0);
  process.stdout.write(`racy under the kernel's own schedule: ${Buffer.from(own.stdout)}`);
  const found = [];
  for (let seed = options.first; seed < options.first + options.seeds; seed++) {
    const outcome = await run(testCase, seed);
    if (outcome.status !== 0) found.push({ seed, text: textOf(outcome) });
  }
  process.stdout.write(`racy: shown by ${found.length} of ${options.seeds} schedules\n`);
  const [shown] = found;
  if (shown === undefined) return 1;
  for (let again = 0; again < 3; again++) {
    if (textOf(await run(testCase, shown.seed)) !== shown.text) {
      process.stdout.write(`racy: seed ${shown.seed} did not repeat\n`);
      return 1;
    }
  }
  process.stdout.write(
    `racy: seed ${shown.seed} repeats exactly, 3 times of 3: ${shown.text.split("\n")[0]}\n`,
  );
  return own.status === 0 ? 0 : 1;
}

async function main() {
  const options = readOptions();
  if (options.isRacy) return exploreRacy(options);
  const cases = [...loadCases(CONCURRENT_TESTS)].filter(({ name }) => options.filter.test(name));
  if (cases.length === 0) usage(`no concurrent test matches ${options.filter}`);
  let failed = 0;
  for (const testCase of cases) {
    const start = performance.now();
    const failures = await explore(testCase, options);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    failed += failures.length;
    process.stdout.write(
      `${testCase.name}: ${options.seeds} schedules, ${failures.length} failed (${seconds} s)\n`,
    );
    const [first] = failures;
    if (first === undefined) continue;
    const repeats = isSame(await outcomeOf(testCase, first.seed), first.outcome);
    process.stdout.write(
      `${first.difference}seeds that failed: ${failures.map(({ seed }) => seed).join(" ")}\n` +
        `again${repeats ? ", which gives the same to the byte" : ""}: ` +
        `node test/guest/schedules/main.mjs --first ${first.seed} --seeds 1 --filter '${testCase.name}'\n`,
    );
  }
  process.stdout.write(
    `${cases.length} tests, ${cases.length * options.seeds} runs, ${failed} failed\n`,
  );
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main();
