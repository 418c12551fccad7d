// SPDX-License-Identifier: MPL-2.0
//
// Random system calls against the kernel, on the deterministic machine: fuzz.c is process 1 of a guest.
// A run fails when the kernel throws or panics, when a process outlives SIGKILL or the guest hangs, when
// the kernel's state holds what is no data, and when anything is left after all processes have ended.
//
//   node test/guest/fuzz/main.mjs [--runs N] [--first SEED] [--calls N] [--seconds S]
//   node test/guest/fuzz/main.mjs --seed SEED [--calls N] [--trace FILE]
//
//   --runs N      so many guests after those of kept-seeds.txt, with seeds from --first on (default 20)
//   --first SEED  default: from the clock
//   --calls N     of each guest (default 50,000)
//   --seconds S   begins no further run after this time
//   --seed SEED   one run again, to the call
//   --trace FILE  writes the kernel's own trace of that run

import { createWriteStream, existsSync, readFileSync } from "node:fs";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { buildImage, makeDisk, runGuest } from "./run.mjs";

const KEPT_SEEDS = fileURLToPath(new URL("kept-seeds.txt", import.meta.url));

function usage(message) {
  process.stderr.write(
    `fuzz: ${message}\n` +
      "usage: main.mjs [--runs N] [--first SEED] [--calls N] [--seconds S] | --seed SEED [--trace FILE]\n",
  );
  process.exit(2);
}

function readOptions() {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        runs: { type: "string", default: "20" },
        first: { type: "string", default: String(Math.floor(Date.now() / 1000) % 1_000_000_000) },
        calls: { type: "string", default: "50000" },
        seconds: { type: "string", default: "0" },
        seed: { type: "string" },
        trace: { type: "string" },
      },
    }));
  } catch (error) {
    return usage(error.message);
  }
  for (const name of ["runs", "first", "calls", "seconds", "seed"]) {
    if (values[name] !== undefined && !/^[0-9]{1,9}$/u.test(values[name])) {
      usage(`--${name} wants a whole number, not ${values[name]}`);
    }
  }
  if (values.trace !== undefined && values.seed === undefined) usage("--trace wants --seed");
  return {
    runs: Number(values.runs),
    first: Number(values.first),
    calls: Number(values.calls),
    seconds: Number(values.seconds),
    seed: values.seed === undefined ? undefined : Number(values.seed),
    trace: values.trace,
  };
}

async function main() {
  const options = readOptions();
  const image = buildImage();
  const disk = makeDisk();
  if (disk === undefined) process.stdout.write("fuzz: without a disk: apt-get install e2fsprogs\n");
  // An equal system whose init made no call to speak of.
  const trace = options.trace === undefined ? undefined : createWriteStream(options.trace);
  const idle = await runGuest({
    image,
    disk,
    seed: 0,
    calls: 0,
    trace: trace && new PassThrough().resume(),
  });
  const { remains: baseline } = idle.checked;
  if (baseline === undefined) throw new Error("a guest without calls did not power off");

  const kept = existsSync(KEPT_SEEDS)
    ? [...readFileSync(KEPT_SEEDS, "utf8").matchAll(/^([0-9]+) ([0-9]+)/gm)].map(
        ([, seed, calls]) => ({ seed: Number(seed), calls: Number(calls) }),
      )
    : [];
  const fresh = Array.from({ length: options.runs }, (_, index) => ({
    seed: options.first + index,
    calls: options.calls,
  }));
  const seeds =
    options.seed === undefined
      ? [...kept, ...fresh]
      : [{ seed: options.seed, calls: options.calls }];

  const start = performance.now();
  let made = 0;
  let runs = 0;
  let failed = 0;
  for (const { seed, calls } of seeds) {
    const seconds = (performance.now() - start) / 1000;
    if (options.seconds > 0 && seconds > options.seconds) break;
    const { report, problems, checked } = await runGuest({
      ...{ image, disk, seed, calls, trace },
    });
    const wrong =
      checked.remains === undefined ? problems : [...problems, ...checked.problems(baseline)];
    runs++;
    made += Number(/^done: (\d+)/m.exec(report)?.[1] ?? 0);
    process.stdout.write(`seed ${seed}: ${report.split("\n").at(-1)}\n`);
    if (wrong.length === 0) continue;
    failed++;
    process.stdout.write(`FAIL seed ${seed}\n${wrong.join("\n").replace(/^/gm, "    ")}\n`);
  }
  trace?.end();
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  process.stdout.write(`${made} calls in ${runs} runs, ${failed} failed (${seconds} s)\n`);
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main();
