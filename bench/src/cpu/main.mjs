// SPDX-License-Identifier: MPL-2.0

import { namesOf, readArguments } from "../arguments.mjs";
import { geometricMean, median } from "../statistics.mjs";
import { table, times } from "../table.mjs";
import { LOOP_NAMES, runLoop } from "./loops.mjs";
import { PROGRAMS, runProgram } from "./programs.mjs";
import { availableTargets } from "./targets.mjs";

const HELP = `Usage: pnpm bench cpu [--json] [--rounds N] [--only NAME,...]

Measures loops compiled by gcc -O2 -static and whole programs of busybox, natively, on Aster and, where
installed, on qemu-x86_64, in turns, and prints medians and ratios to native.

A loop is warm when it is measured: it has run for 0.6 seconds. A program is measured from the start
of its process to its end; on Aster that includes starting Node, the boot and all compilation. Results must be equal
everywhere.

  --json       print one JSON object instead of a table
  --rounds N   how often each is measured on each target (1 to 100, default 5)
  --only LIST  measure only these, separated by commas
  --help       print this text

Loops:    ${LOOP_NAMES.join(" ")}
Programs: ${PROGRAMS.map(({ name }) => name).join(" ")}
`;

function parseArguments(args) {
  const options = readArguments(args, {
    help: HELP,
    rounds: { usual: 5, most: 100 },
    options: { only: { type: "string" } },
  });
  if (options?.only === undefined) return options;
  const known = [...LOOP_NAMES, ...PROGRAMS.map(({ name }) => name)];
  return { ...options, only: namesOf("--only", options.only, known) };
}

/** Measures on every target, one behind the other, `rounds` times. */
function measure({ rounds, only }, targets, log) {
  const wanted = (name) => only === undefined || only.includes(name);
  const jobs = [
    ...LOOP_NAMES.map((name) => ({ name, kind: "loop", run: (target) => runLoop(name, target) })),
    ...PROGRAMS.map((program) => ({
      name: program.name,
      kind: "program",
      run: (target) => runProgram(program, target),
    })),
  ].filter(({ name }) => wanted(name));
  const samples = new Map(jobs.map((job) => [job, new Map(targets.map((t) => [t.name, []]))]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const job of jobs) {
      log(`round ${round} of ${rounds}: ${job.name}`);
      let expected;
      for (const target of targets) {
        const sample = job.run(target);
        expected ??= sample.check;
        if (sample.check !== expected) {
          throw new Error(
            `${job.name} computed ${sample.check} on ${target.name}, but ${expected} on native`,
          );
        }
        samples.get(job).get(target.name).push(sample);
      }
    }
  }
  return [...samples].map(([{ name, kind }, byTarget]) => {
    const medians = (field) =>
      Object.fromEntries(
        [...byTarget].map(([target, all]) => [target, median(all.map((s) => s[field]))]),
      );
    return {
      name,
      kind,
      unit: "ms",
      median: medians("value"),
      ...(kind === "loop" && { first: medians("first") }),
    };
  });
}

/** Ratios to native, and their geometric means over the loops and over the programs. */
export function summarizeCpu(results) {
  const withRatios = results.map((result) => {
    const { native, ...others } = result.median;
    return {
      ...result,
      ratio: Object.fromEntries(Object.entries(others).map(([t, value]) => [t, value / native])),
    };
  });
  const mean = (kind) => {
    const chosen = withRatios.filter((result) => result.kind === kind);
    const targets = Object.keys(chosen[0]?.ratio ?? {});
    return Object.fromEntries(
      targets.map((target) => [target, geometricMean(chosen.map(({ ratio }) => ratio[target]))]),
    );
  };
  return {
    suite: "cpu",
    results: withRatios,
    geomean: mean("loop"),
    geomeanPrograms: mean("program"),
  };
}

function print(report, targets) {
  const others = targets.filter((target) => target !== "native");
  const number = (value) => value.toFixed(1);
  const rows = report.results.map(({ name, unit, median: values, ratio }) => [
    name,
    unit,
    ...targets.map((target) => number(values[target])),
    ...others.map((target) => times(ratio[target])),
  ]);
  const mean = (title, values) => [
    title,
    "",
    ...targets.map(() => ""),
    ...others.map((target) => times(values[target])),
  ];
  if (Object.keys(report.geomean).length > 0) rows.push(mean("geomean of loops", report.geomean));
  if (Object.keys(report.geomeanPrograms).length > 0) {
    rows.push(mean("geomean of programs", report.geomeanPrograms));
  }
  const text = table(["", "unit", ...targets, ...others.map((t) => `${t}/native`)], rows);
  const [slowest] = report.results
    .filter(({ kind }) => kind === "loop")
    .sort((a, b) => b.ratio.aster - a.ratio.aster);
  const notes = [];
  if (slowest !== undefined) {
    notes.push(`slowest loop: ${slowest.name}, ${times(slowest.ratio.aster)} native`);
  }
  const qemu = report.geomean["qemu-x86_64"];
  if (qemu !== undefined) {
    notes.push(
      `loops on aster take ${times(report.geomean.aster / qemu)} as long as on qemu-x86_64`,
    );
  }
  return text + notes.map((note) => `${note}\n`).join("");
}

/** `pnpm bench cpu …`; gives the exit code. */
export function benchCpu(args, log) {
  const options = parseArguments(args);
  if (options === undefined) return 0;
  const targets = availableTargets(log);
  const report = summarizeCpu(measure(options, targets, log));
  const names = targets.map(({ name }) => name);
  process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : print(report, names));
  return 0;
}
