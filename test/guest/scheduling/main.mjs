// SPDX-License-Identifier: MPL-2.0
//
// Who gets the CPU: shares by niceness and policy beside Linux's weights, and how soon an interactive
// shell answers while busy loops run.
//
//   node test/guest/scheduling/main.mjs [--clock virtual|host]
//
// With the virtual clock, which counts instructions, every run is the same; the host's tells what a
// user sees on this machine.

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { seededEntropy, VirtualClock } from "@aster/machine";
import { runCommand } from "@aster/sandbox";

import { buildProgram } from "../build.mjs";
import { CWD, ENV } from "../root.mjs";

const { values } = parseArgs({ options: { clock: { type: "string", default: "virtual" } } });
if (values.clock !== "virtual" && values.clock !== "host") {
  process.stderr.write(`scheduling: --clock: expected virtual or host, got "${values.clock}"\n`);
  process.exit(2);
}

/** What a nice value is worth on Linux: each step a quarter of the CPU time (sched(7)). */
const weight = (nice) => 1024 * 1.25 ** -nice;
/** So far a share may be from what the weights say. */
const SHARE_TOLERANCE = 0.1;
const ANSWER_LIMIT_MS = 100;
const LOOPS = 4;

async function run(name, args) {
  const path = `/tmp/${name}`;
  const bytes = readFileSync(buildProgram(name, "musl", "scheduling"));
  const { stdout, stderr, exitCode } = await runCommand({
    argv: [path, ...args],
    env: ENV,
    cwd: CWD,
    files: [{ path, bytes, mode: 0o755 }],
    ...(values.clock === "virtual" && { clock: new VirtualClock(), entropy: seededEntropy(1) }),
    timeoutMs: 120_000,
  });
  if (exitCode !== 0 || stderr.length > 0) {
    throw new Error(`${name} ended with ${exitCode}: ${Buffer.from(stderr)}`);
  }
  return Buffer.from(stdout).toString().trim().split("\n");
}

let failed = 0;
function report(isRight, text) {
  if (!isRight) failed++;
  process.stdout.write(`${isRight ? "pass" : "FAIL"} ${text}\n`);
}

/** CPU times of loops that ran together, in microseconds. */
async function shares(ms, ...loops) {
  return (await run("shares", [String(ms), ...loops])).map((line) => Number(line.split(" ")[1]));
}

for (const [one, other] of [
  [0, 0],
  [0, 5],
  [0, 10],
  [-5, 5],
  [10, 19],
]) {
  const [a, b] = await shares(2000, `o:${one}`, `o:${other}`);
  const expected = weight(one) / weight(other);
  const isRight = Math.abs(a / b / expected - 1) <= SHARE_TOLERANCE;
  report(
    isRight,
    `nice ${one} beside ${other}: ${(a / b).toFixed(2)} (weights: ${expected.toFixed(2)})`,
  );
}

const [fair, idle] = await shares(2000, "o:0", "i:0");
report(
  idle / (fair + idle) < 0.02,
  `SCHED_IDLE beside a loop: ${((idle * 100) / (fair + idle)).toFixed(1)} %`,
);

const [realtime, beside] = await shares(1500, "f:10", "o:0");
const ratio = realtime / (realtime + beside);
report(realtime > 1_350_000, `SCHED_FIFO beside a loop: ${(ratio * 100).toFixed(0)} % of both`);

const [high, low] = await shares(900, "r:20", "r:10");
report(high > 850_000 && low < 1_000_000, `SCHED_RR 20 before 10: ${high / 1000} ms of its 900 ms`);

const answers = (await run("shell-latency", [String(LOOPS), "20"])).map(
  (line) => Number(line) / 1000,
);
const sorted = answers.toSorted((a, b) => a - b);
const slowest = sorted.at(-1);
report(
  slowest <= ANSWER_LIMIT_MS,
  `a shell beside ${LOOPS} busy loops answers within ${slowest.toFixed(1)} ms (median ${sorted[10].toFixed(1)} ms)`,
);
process.exitCode = failed === 0 ? 0 : 1;
