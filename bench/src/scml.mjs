// SPDX-License-Identifier: MPL-2.0

// `pnpm bench scml`: how many lines of a trace @aster/scml matches in a second on one core, with how
// much memory, and how soon the command answers.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { readArguments, wholeNumber } from "./arguments.mjs";
import { median } from "./statistics.mjs";

const ROOT = new URL("../../", import.meta.url);
const BIN = fileURLToPath(new URL("packages/scml/bin/scml.js", ROOT));
const KERNEL = fileURLToPath(new URL("docs/kernel.scml", ROOT));
const TRACES = new URL("packages/scml/test/traces/", ROOT);
const ROUNDS = 3;

const HELP = `Usage: pnpm bench scml [--lines N] [--rules PATH]... [--trace FILE] [--json]

Matches a trace and tells lines a second, by the clock and by the time of the processor, which says
more while the machine is busy; the most memory; and the time to the answer for one line.

  --lines N    lines of the trace that is made from those of the tests (default 1000000)
  --rules PATH rules to match with (default: docs/kernel.scml)
  --trace FILE a trace of your own instead
  --json       print one JSON object
`;

function parseArguments(args) {
  const options = readArguments(args, {
    help: HELP,
    options: {
      lines: { type: "string", default: "1000000" },
      rules: { type: "string", multiple: true, default: [KERNEL] },
      trace: { type: "string" },
    },
  });
  return options && { ...options, lines: wholeNumber("--lines", options.lines) };
}

function manyLines(count) {
  const texts = readdirSync(TRACES)
    .filter((name) => /^(?:pipeline|signals|timeout|ff|network|f|yy|tt)\.strace$/.test(name))
    .map((name) => readFileSync(new URL(name, TRACES), "latin1"));
  const lines = texts.join("").split("\n").filter(Boolean);
  const out = [];
  for (let at = 0; at < count; at += 1) out.push(lines[at % lines.length]);
  return `${out.join("\n")}\n`;
}

/** Runs `scml match --json`: its report, and what it took, as the operating system counts it. */
function match(rules, trace) {
  const args = [BIN, "match", "--json", "--rules", ...rules, "--trace", trace];
  const code = `process.argv = [process.argv[0], ...${JSON.stringify(args)}];
    process.on("exit", () => require("fs").writeSync(2, "\\n" + JSON.stringify(process.resourceUsage())));
    import(${JSON.stringify(BIN)});`;
  const start = process.hrtime.bigint();
  const { stdout, stderr, status } = spawnSync(process.execPath, ["-e", code], {
    maxBuffer: 1 << 28,
    encoding: "utf8",
  });
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  if (status !== 0 && status !== 1) throw new Error(stderr);
  const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(stderr.trim().split("\n").at(-1));
  const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6;
  return { seconds, cpuSeconds, maxRssMiB: maxRSS / 1024, report: JSON.parse(stdout) };
}

/** What `pnpm bench` tells of the trace matcher. */
export function measureScml({ lines, rules, trace: given }, log) {
  const dir = mkdtempSync(join(tmpdir(), "scml-bench-"));
  try {
    const trace = given ?? join(dir, "trace");
    if (given === undefined) writeFileSync(trace, manyLines(lines), "latin1");
    const small = join(dir, "small");
    writeFileSync(small, "close(3) = 0\n");
    const large = [];
    const first = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      log(`scml: round ${round} of ${ROUNDS}`);
      large.push(match(rules, trace));
      first.push(match(rules, small));
    }
    const { summary } = large[0].report;
    const middle = (runs, key) => median(runs.map((run) => run[key]));
    return {
      lines: summary.lines,
      megabytes: Math.round(statSync(trace).size / 1e6),
      supportedShare: summary.share,
      linesPerSecond: Math.round(summary.lines / middle(large, "seconds")),
      linesPerCpuSecond: Math.round(summary.lines / middle(large, "cpuSeconds")),
      maxRssMiB: Math.round(Math.max(...large.map(({ maxRssMiB }) => maxRssMiB))),
      firstAnswerSeconds: middle(first, "seconds"),
      firstAnswerCpuSeconds: middle(first, "cpuSeconds"),
    };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** The figures in a line. */
export function scmlText(result) {
  return (
    `scml: ${result.lines} lines (${result.megabytes} MB, ${(result.supportedShare * 100).toFixed(1)} % supported): ` +
    `${result.linesPerSecond} lines/s by the clock, ${result.linesPerCpuSecond} lines/s of processor time, ` +
    `${result.maxRssMiB} MiB; first answer in ${result.firstAnswerSeconds.toFixed(2)} s ` +
    `(${result.firstAnswerCpuSeconds.toFixed(2)} s of processor time)\n`
  );
}

/** The measurement without options, for `pnpm bench`. */
export const measureScmlDefault = (log) => measureScml({ lines: 1_000_000, rules: [KERNEL] }, log);

/** `pnpm bench scml …`; gives the exit code. */
export function benchScml(args, log) {
  const options = parseArguments(args);
  if (options === undefined) return 0;
  const result = measureScml(options, log);
  process.stdout.write(options.json ? `${JSON.stringify(result)}\n` : scmlText(result));
  return 0;
}
