// SPDX-License-Identifier: MPL-2.0

// What OSTD's checks of handles cost: the same commands with them and without, in turns.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { COMMANDS } from "./compartment.mjs";
import { median } from "./statistics.mjs";
import { table } from "./table.mjs";
import { UsageError } from "./usage-error.mjs";

const HELP = `Usage: pnpm bench handles [--json] [--rounds N]

Runs three commands on OSTD as it is and on OSTD without what replaces the borrow checker (liveness,
generations, holders of guards, places of releases, lock order), in turns, and prints the medians of the
CPU time of the whole process with their ratios.

  --json       print one JSON object instead of a table
  --rounds N   how often each command runs in each way (1 to 1000, default 15)
  --help       print this text
`;

const CHILD = fileURLToPath(new URL("compartment-child.mjs", import.meta.url));
const REGISTER = new URL("handles-register.mjs", import.meta.url).href;
const MODES = ["unchecked", "checked"];

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
  const { status, stderr } = spawnSync(
    process.execPath,
    ["--no-warnings", "--import", REGISTER, CHILD, "plain", ...command],
    { env: { ...process.env, HANDLES: mode }, encoding: "utf8" },
  );
  const [, ms] = /^cpu ([\d.]+)$/m.exec(stderr) ?? [];
  if (status !== 0 || ms === undefined) throw new Error(`${command[0]} failed: ${stderr}`);
  return Number(ms);
}

export function benchHandles(args, log) {
  const options = parseArguments(args);
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const results = Object.entries(COMMANDS).map(([name, command]) => {
    const times = { unchecked: [], checked: [] };
    for (let round = 0; round < options.rounds; round += 1) {
      log(`${name}: round ${round + 1} of ${options.rounds}`);
      // The one that goes first finds warmer caches; they take turns.
      const order = round % 2 === 0 ? MODES : MODES.toReversed();
      for (const mode of order) times[mode].push(cpuTime(mode, command));
    }
    const [unchecked, checked] = MODES.map((mode) => median(times[mode]));
    return { name, unit: "ms", unchecked, checked, ratio: checked / unchecked };
  });
  const rows = results.map(({ name, unit, unchecked, checked, ratio }) => [
    name,
    unit,
    unchecked.toFixed(0),
    checked.toFixed(0),
    `${ratio.toFixed(3)}x`,
  ]);
  const header = ["", "unit", "unchecked", "checked", "checked/unchecked"];
  const report = { suite: "handles", results };
  process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : table(header, rows));
  return 0;
}
