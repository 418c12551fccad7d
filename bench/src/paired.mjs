// SPDX-License-Identifier: MPL-2.0

// The same commands in two ways, in turns: the CPU time of whole processes.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { readArguments } from "./arguments.mjs";
import { median } from "./statistics.mjs";
import { table } from "./table.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Each ends by itself; what they do is mostly booting, system calls, and everything. */
const COMMANDS = {
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

/**
 * Runs `suite`: `modes` are its two ways, the second of which is measured by the first, and
 * `nodeArguments(mode)` and `env(mode)` what starts a command in one.
 */
export function benchPair({ suite, help, modes, nodeArguments, env = () => ({}) }, args, log) {
  const options = readArguments(args, { help, rounds: { usual: 15, most: 1000 } });
  if (options === undefined) return 0;
  const [before, after] = modes;
  const results = Object.entries(COMMANDS).map(([name, command]) => {
    const times = { [before]: [], [after]: [] };
    for (let round = 0; round < options.rounds; round += 1) {
      log(`${name}: round ${round + 1} of ${options.rounds}`);
      // The one that goes first finds warmer caches; they take turns.
      for (const mode of round % 2 === 0 ? modes : modes.toReversed()) {
        times[mode].push(cpuTime([...nodeArguments(mode), ...command], env(mode)));
      }
    }
    const [one, other] = modes.map((mode) => median(times[mode]));
    return { name, unit: "ms", [before]: one, [after]: other, ratio: other / one };
  });
  const rows = results.map((result) => [
    result.name,
    result.unit,
    result[before].toFixed(0),
    result[after].toFixed(0),
    `${result.ratio.toFixed(3)}x`,
  ]);
  const header = ["", "unit", before, after, `${after}/${before}`];
  process.stdout.write(
    options.json ? `${JSON.stringify({ suite, results })}\n` : table(header, rows),
  );
  return 0;
}

/** CPU time of one run, in ms. */
function cpuTime(args, env) {
  const { status, stderr } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    encoding: "utf8",
  });
  const [, ms] = /^cpu ([\d.]+)$/m.exec(stderr) ?? [];
  if (status !== 0 || ms === undefined) throw new Error(`${args.join(" ")} failed: ${stderr}`);
  return Number(ms);
}
