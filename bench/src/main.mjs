// SPDX-License-Identifier: MPL-2.0

// `pnpm bench [--json] [--rounds N]`: measures Aster beside native Linux, and beside qemu-x86_64
// where it is installed, interleaved in one run, and prints medians and ratios.

import { UsageError, readArguments } from "./arguments.mjs";
import { buildPrograms } from "./build.mjs";
import { availableTargets } from "./targets.mjs";
import { benchScml, measureScmlDefault, scmlText } from "./scml.mjs";
import { median, summarize } from "./statistics.mjs";
import { printTable } from "./table.mjs";

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
  const options = readArguments(args, {
    help: HELP,
    rounds: { usual: 5, most: 100 },
    options: { machine: { type: "string", default: "builtin" } },
  });
  if (options !== undefined && !["builtin", "qemu"].includes(options.machine)) {
    throw new UsageError(`--machine takes builtin or qemu, not "${options.machine}"`);
  }
  return options;
}

/** The suites that are asked for by name, and where each is. */
const SUITES = {
  cpu: async () => (await import("./cpu/main.mjs")).benchCpu,
  lmbench: async () => (await import("./lmbench/main.mjs")).benchLmbench,
  v86: async () => (await import("./v86/main.mjs")).benchV86,
  scml: () => benchScml,
  compartment: async () => (await import("./compartment.mjs")).benchCompartment,
  handles: async () => (await import("./handles.mjs")).benchHandles,
  sandbox: async () => (await import("./sandbox.mjs")).benchSandbox,
  watch: async () => (await import("./watch.mjs")).benchWatch,
};

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
  const [name, ...rest] = process.argv.slice(2);
  if (name !== undefined && Object.hasOwn(SUITES, name)) {
    const suite = await SUITES[name]();
    return suite(rest, log);
  }
  const options = parseArguments(process.argv.slice(2));
  if (options === undefined) return 0;
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
