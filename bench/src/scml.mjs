// SPDX-License-Identifier: MPL-2.0

// `node bench/src/scml.mjs [--lines N] [--rules PATH]... [--trace FILE]`: how many lines of a trace
// @aster/scml matches in a second, on one core, with how much memory, and how soon the command
// answers. Needs `pnpm build`.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const ROOT = new URL("../../", import.meta.url);
const BIN = fileURLToPath(new URL("packages/scml/bin/scml.js", ROOT));
const TRACES = new URL("packages/scml/test/traces/", ROOT);

const HELP = `Usage: node bench/src/scml.mjs [--lines N] [--rules PATH]... [--trace FILE] [--json]

  --lines N    lines of the trace that is made from those of the tests (default 1000000)
  --rules PATH rules to match with (default: rules for every call, made for the bench)
  --trace FILE a trace of your own instead
  --json       print one JSON object
`;

/** A rule for each call that Linux has, with flags where it has any: a kernel that lacks little. */
async function fullRules() {
  const { argumentTable, syscallFacts } = await import(
    new URL("packages/scml/dist/index.js", ROOT)
  );
  const lines = [];
  for (const fact of syscallFacts().values()) {
    if (fact.numbers.x86_64 === undefined || fact.args === undefined) continue;
    const params = Array.from({ length: fact.args }, (_, index) => {
      const table = argumentTable(fact.name, index);
      return table === undefined
        ? undefined
        : `a${index} = ${[...table.values.keys()].join(" | ")} | <INTEGER>`;
    });
    // Several rules of a call, as kernels have them: one for each way of using it.
    while (params.length > 0 && params.at(-1) === undefined) params.pop();
    const list = params.map((param, index) => param ?? `a${index}`);
    lines.push(`${fact.name}(${[...list, ".."].join(", ")});`);
    if (params.some((param) => param !== undefined))
      lines.push(`${fact.name}(${[...list.map((_, index) => `a${index} = 0`), ".."].join(", ")});`);
  }
  return `${lines.join("\n")}\n`;
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

function seconds(run) {
  const start = process.hrtime.bigint();
  run();
  return Number(process.hrtime.bigint() - start) / 1e9;
}

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== "--"),
  options: {
    lines: { type: "string", default: "1000000" },
    rules: { type: "string", multiple: true },
    trace: { type: "string" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
} else {
  const dir = mkdtempSync(join(tmpdir(), "scml-bench-"));
  try {
    const trace = values.trace ?? join(dir, "trace");
    if (values.trace === undefined) writeFileSync(trace, manyLines(Number(values.lines)), "latin1");
    const rules = values.rules ?? [join(dir, "full.scml")];
    if (values.rules === undefined) writeFileSync(rules[0], await fullRules());
    const args = [BIN, "match", "--json", "--rules", ...rules, "--trace", trace];
    let best = Infinity;
    let report;
    for (let round = 0; round < 3; round += 1) {
      best = Math.min(
        best,
        seconds(() => {
          const { stdout, status, stderr } = spawnSync(process.execPath, args, {
            maxBuffer: 1 << 28,
            encoding: "utf8",
          });
          if (status !== 0 && status !== 1) throw new Error(stderr);
          report = JSON.parse(stdout);
        }),
      );
    }
    // The most memory of the process, in KiB, as the kernel counts it.
    const code = `process.argv = [process.argv[0], ${args.map((arg) => JSON.stringify(arg)).join(", ")}];
      process.on("exit", () => require("fs").writeSync(2, String(process.resourceUsage().maxRSS)));
      import(${JSON.stringify(BIN)});`;
    const memory = Number(
      spawnSync(process.execPath, ["-e", code], { maxBuffer: 1 << 28, encoding: "utf8" }).stderr,
    );
    const small = join(dir, "small");
    writeFileSync(small, "close(3) = 0\n");
    const answer = Math.min(
      ...[0, 1, 2].map(() =>
        seconds(() => {
          execFileSync(process.execPath, [BIN, "match", "--rules", ...rules, "--trace", small], {
            stdio: "ignore",
          });
        }),
      ),
    );
    const result = {
      lines: report.summary.lines,
      megabytes: Math.round(statSync(trace).size / 1e6),
      supported: report.summary.share,
      seconds: best,
      linesPerSecond: Math.round(report.summary.lines / best),
      maxRssMiB: Math.round(memory / 1024),
      firstAnswerSeconds: answer,
    };
    process.stdout.write(
      values.json
        ? `${JSON.stringify(result)}\n`
        : `scml: ${result.lines} lines (${result.megabytes} MB, ${(result.supported * 100).toFixed(1)} % supported) in ${best.toFixed(2)} s: ` +
            `${result.linesPerSecond} lines/s, ${result.maxRssMiB} MiB; first answer in ${answer.toFixed(2)} s\n`,
    );
  } finally {
    rmSync(dir, { recursive: true });
  }
}
