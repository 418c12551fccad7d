// SPDX-License-Identifier: MPL-2.0

// What the compartment costs: the same commands with the kernel in it and without, in turns.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { median } from "./statistics.mjs";
import { table } from "./table.mjs";
import { UsageError } from "./usage-error.mjs";

const HELP = `Usage: pnpm bench compartment [--json] [--rounds N]

Runs three commands with the kernel evaluated in its compartment and with it loaded plainly, in
turns, and prints the medians of the CPU time of the whole process with their ratios.

  --json       print one JSON object instead of a table
  --rounds N   how often each command runs in each way (1 to 1000, default 15)
  --help       print this text
`;

const CHILD = fileURLToPath(new URL("compartment-child.mjs", import.meta.url));
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MODES = ["plain", "compartment"];

/** Each ends by itself; what they do is mostly booting, system calls, and everything. */
export const COMMANDS = {
  boot: ["true"],
  // Each byte is two system calls, and `dd` makes no others between them.
  calls: ["dd", "if=/dev/zero", "of=/dev/null", "bs=1", "count=1000000"],
  script: [
    "sh",
    "-c",
    "i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo line $i; done | sed s/line/word/ >/tmp/a; " +
      "for n in 1 2 3 4 5 6 7 8 9 10; do cat /tmp/a | sort -r | uniq | wc -l; mkdir /tmp/d$n; " +
      "cp /tmp/a /tmp/d$n/b; grep -c 9 /tmp/d$n/b; rm -r /tmp/d$n; done",
  ],
};

function parseArguments(args) {
  const options = { json: false, rounds: 15 };
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index];
    if (arg === "--help" || arg === "-h") return { help: true };
    else if (arg === "--json") options.json = true;
    else if (arg === "--") continue;
    else if (arg === "--rounds") {
      options.rounds = Number(args[(index += 1)]);
      if (!Number.isInteger(options.rounds) || options.rounds < 1 || options.rounds > 1000) {
        throw new UsageError("--rounds takes a whole number from 1 to 1000");
      }
    } else throw new UsageError(`unknown argument "${arg}"`);
  }
  return options;
}

/** CPU time of one run, in ms. */
function cpuTime(mode, command) {
  const { status, stderr } = spawnSync(process.execPath, [CHILD, mode, ...command], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const [, ms] = /^cpu ([\d.]+)$/m.exec(stderr) ?? [];
  if (status !== 0 || ms === undefined) throw new Error(`${command[0]} failed: ${stderr}`);
  return Number(ms);
}

export function benchCompartment(args, log) {
  const options = parseArguments(args);
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const samples = Object.entries(COMMANDS).map(([name, command]) => {
    const times = { plain: [], compartment: [] };
    for (let round = 0; round < options.rounds; round += 1) {
      log(`${name}: round ${round + 1} of ${options.rounds}`);
      // The one that goes first finds warmer caches; they take turns.
      const order = round % 2 === 0 ? MODES : MODES.toReversed();
      for (const mode of order) times[mode].push(cpuTime(mode, command));
    }
    const [plain, compartment] = MODES.map((mode) => median(times[mode]));
    return { name, unit: "ms", plain, compartment, ratio: compartment / plain };
  });
  const report = { suite: "compartment", results: samples };
  const rows = samples.map(({ name, unit, plain, compartment, ratio }) => [
    name,
    unit,
    plain.toFixed(0),
    compartment.toFixed(0),
    `${ratio.toFixed(3)}x`,
  ]);
  const header = ["", "unit", "plain", "compartment", "compartment/plain"];
  process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : table(header, rows));
  return 0;
}
