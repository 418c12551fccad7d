// SPDX-License-Identifier: MPL-2.0

// `pnpm bench [--json] [--rounds N]`: measures Aster beside native Linux, and beside qemu-x86_64
// where it is installed, interleaved in one run, and prints medians and ratios.

import { buildPrograms } from "./build.mjs";
import { availableTargets } from "./targets.mjs";
import { benchScml, measureScmlDefault, scmlText } from "./scml.mjs";
import { median, summarize } from "./statistics.mjs";
import { printTable } from "./table.mjs";
import { UsageError } from "./usage-error.mjs";

const HELP = `Usage: pnpm bench [--json] [--rounds N] [--machine builtin|qemu]
       pnpm bench cpu [--help]
       pnpm bench lmbench [--help]
       pnpm bench scml [--help]
       pnpm bench compartment [--help]
       pnpm bench handles [--help]
       pnpm bench sandbox [--help]
       pnpm bench watch [--help]

Measures boot time, system calls and CPU loops on native Linux, on Aster and, where installed, on
qemu-x86_64, in turns, and prints the median of each with its ratio to native; then how quickly traces are
matched with the kernel's rules.

  --json       print one JSON object instead of a table
  --rounds N   how often each program runs on each target (1 to 100, default 5)
  --machine M  qemu: our kernel on bare x86-64 in qemu-system-x86_64, beside native Linux alone;
               what builtin (the default) measures otherwise is left out
  --help       print this text
`;

function parseArguments(args) {
  const options = { json: false, rounds: 5, machine: "builtin" };
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index];
    if (arg === "--help" || arg === "-h") return { help: true };
    else if (arg === "--json") options.json = true;
    else if (arg === "--") continue;
    else if (arg === "--machine") {
      options.machine = args[(index += 1)];
      if (options.machine !== "builtin" && options.machine !== "qemu") {
        throw new UsageError("--machine takes builtin or qemu");
      }
    } else if (arg === "--rounds") {
      options.rounds = Number(args[(index += 1)]);
      if (!Number.isInteger(options.rounds) || options.rounds < 1 || options.rounds > 100) {
        throw new UsageError("--rounds takes a whole number from 1 to 100");
      }
    } else throw new UsageError(`unknown argument "${arg}"`);
  }
  return options;
}

/** Runs every program on every target, in turns, and gathers {name → target → [values]}. */
async function measure({ rounds, machine }, log) {
  const programs = buildPrograms();
  const targets = await availableTargets(programs, machine);
  const samples = new Map();
  const record = (name, unit, target, value, check) => {
    const entry = samples.get(name) ?? { unit, check, values: {} };
    if (check !== entry.check) {
      throw new Error(`${name} computed ${check} on ${target}, but ${entry.check} before`);
    }
    (entry.values[target] ??= []).push(value);
    samples.set(name, entry);
  };
  for (let round = 1; round <= rounds; round += 1) {
    for (const target of targets) {
      log(`round ${round} of ${rounds}: ${target.name}`);
      for (const line of await target.run()) {
        const [name, value, unit, check] = line.split(" ");
        if (target.cannotMeasure.includes(name)) continue;
        record(name, unit, target.name, Number(value), check);
      }
    }
  }
  return { samples, targets: targets.map((target) => target.name) };
}

async function main() {
  const log = (text) => process.stderr.write(`bench: ${text}\n`);
  // `pnpm bench scml …` measures the trace matcher, which needs no guest.
  if (process.argv[2] === "scml") return benchScml(process.argv.slice(3), log);
  if (process.argv[2] === "cpu") {
    const { benchCpu } = await import("./cpu/main.mjs");
    return benchCpu(process.argv.slice(3), log);
  }
  if (process.argv[2] === "lmbench") {
    const { benchLmbench } = await import("./lmbench/main.mjs");
    return benchLmbench(process.argv.slice(3), log);
  }
  if (process.argv[2] === "v86") {
    const { benchV86 } = await import("./v86/main.mjs");
    return benchV86(process.argv.slice(3), log);
  }
  if (process.argv[2] === "compartment") {
    const { benchCompartment } = await import("./compartment.mjs");
    return benchCompartment(process.argv.slice(3), log);
  }
  if (process.argv[2] === "handles") {
    const { benchHandles } = await import("./handles.mjs");
    return benchHandles(process.argv.slice(3), log);
  }
  if (process.argv[2] === "sandbox") {
    const { benchSandbox } = await import("./sandbox.mjs");
    return benchSandbox(process.argv.slice(3), log);
  }
  if (process.argv[2] === "watch") {
    const { benchWatch } = await import("./watch.mjs");
    return benchWatch(process.argv.slice(3), log);
  }
  const options = parseArguments(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const { samples, targets } = await measure(options, log);
  const results = [...samples].map(([name, { unit, values }]) => ({
    name,
    unit,
    median: Object.fromEntries(
      Object.entries(values).map(([target, all]) => [target, median(all)]),
    ),
  }));
  const report = summarize("first-light", results);
  const scml = measureScmlDefault(log);
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ ...report, scml })}\n`
      : printTable(report, targets) + scmlText(scml),
  );
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`bench: ${error.message}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
