// SPDX-License-Identifier: MPL-2.0
//
// The random calls of programs/random-NAME.c, on this Linux and on Aster, seed by seed.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { boot } from "@aster/sandbox";

import { buildProgram } from "./build.mjs";
import { CWD, ENV } from "./root.mjs";
import { runCase } from "./runners/native.mjs";
import { readOptions, refuse } from "../../tools/command-line/options.mjs";

const PROGRAM = "/tmp/random";
const TIMEOUT_MS = 60_000;
const NAMES = readdirSync(fileURLToPath(new URL("programs/", import.meta.url)))
  .map((file) => /^random-(.*)\.c$/u.exec(file)?.[1])
  .filter((name) => name !== undefined);

const HELP = `Usage: node test/guest/random.mjs NAME [--seeds N] [--first SEED] [--calls N] [--lines N]

Makes random calls with one program of test/guest/programs, on this Linux and on Aster, and tells where what they print
differs. Needs root, as the native runner does. NAME is one of ${NAMES.join(", ")}.

  --seeds N      so many runs, each with a seed of its own (default 20)
  --first SEED   the first one's seed (default 1)
  --calls N      calls of a run (default 500)
  --lines N      how many lines of a difference are shown (default 3)
  --help         prints this text
`;

function readArguments() {
  const number = (value) => ({ type: "string", default: String(value) });
  const { values, positionals } = readOptions({
    help: HELP,
    options: { seeds: number(20), first: number(1), calls: number(500), lines: number(3) },
    allowPositionals: true,
  });
  const [name] = positionals;
  if (positionals.length !== 1 || !NAMES.includes(name)) {
    return refuse(`wants the name of one program, not '${positionals.join(" ")}'`, HELP);
  }
  for (const [option, value] of Object.entries(values)) {
    if (!/^[0-9]{1,9}$/u.test(value))
      refuse(`--${option} wants a whole number, not ${value}`, HELP);
  }
  const [seeds, first, calls, lines] = ["seeds", "first", "calls", "lines"].map((option) =>
    Number(values[option]),
  );
  return { name, seeds, first, calls, lines };
}

/** Lines as text that a terminal shows, and how the run ended. */
function linesOf({ stdout, status }) {
  return [...Buffer.from(stdout).toString("latin1").split("\n"), `status ${status}`];
}

/** Each run has an empty directory of its own. */
function commandOf(seed, calls) {
  const script = `mkdir ${CWD}/run${seed} && cd ${CWD}/run${seed} && exec "$0" "$@"`;
  return ["/bin/sh", "-c", script, PROGRAM, seed, calls];
}

async function onLinux(bytes, seed, calls) {
  const files = [{ guestPath: PROGRAM, bytes, mode: 0o755 }];
  return linesOf(await runCase({ argv: commandOf(seed, calls), files }, TIMEOUT_MS));
}

/** One system for all runs. */
async function onAster(system, seed, calls) {
  const argv = commandOf(seed, calls);
  const { stdout, exitCode } = await system.exec(argv, { cwd: CWD, env: ENV, encoding: "bytes" });
  return linesOf({ stdout, status: exitCode });
}

async function main() {
  const { name, seeds, first, calls, lines } = readArguments();
  const bytes = readFileSync(buildProgram(`random-${name}`, "glibc"));
  const system = await boot({ files: [{ path: PROGRAM, bytes, mode: 0o755 }] });
  let differing = 0;
  try {
    for (let seed = first; seed < first + seeds; seed++) {
      const linux = await onLinux(bytes, String(seed), String(calls));
      const aster = await onAster(system, String(seed), String(calls));
      const places = [...linux.keys()].filter((i) => linux[i] !== aster[i]);
      if (places.length === 0 && linux.length === aster.length) continue;
      differing++;
      process.stdout.write(`seed ${seed}: ${places.length} of ${calls} calls differ\n`);
      for (const place of places.slice(0, lines)) {
        process.stdout.write(`  linux: ${linux[place]}\n  aster: ${aster[place] ?? "nothing"}\n`);
      }
    }
  } finally {
    await system.close();
  }
  process.stdout.write(`${seeds} runs of ${calls} calls about ${name}: ${differing} differ\n`);
  process.exitCode = differing === 0 ? 0 : 1;
}

await main();
