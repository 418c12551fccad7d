// SPDX-License-Identifier: MPL-2.0

/**
 * Runs random and edge-case instructions on the host's CPU and on ours, and compares what they leave.
 * Cases that failed before are in regress.jsonl and come first.
 */

import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError, readArguments, tellFailure } from "./arguments.mjs";
import { compare } from "./compare.mjs";
import { disassemble } from "./disassemble.mjs";
import { generateCase } from "./generate/case.mjs";
import { EXIT_VECTOR } from "./layout.mjs";
import { runNative } from "./oracle.mjs";
import { buildPackage, createTarget } from "./target.mjs";

const BATCH = 2000;
const regressFile = join(dirname(fileURLToPath(import.meta.url)), "regress.jsonl");

const USAGE = `node packages/machine/test/differential/run.mjs [OPTION]...

Runs random and edge-case instructions on the host's CPU and on ours, and compares what they leave.

  --seconds S      how long (60)            --minutes M     as well
  --cases N        at most so many          --seed N        the first case's seed (a random one)
  --only WHAT      int, sse, x87 or names of instructions, with commas
  --case SEED      one case of a run, printed
  --limit N        tell of so many instructions (20)
  --keep           add the first failure of each instruction to regress.jsonl
  --jit MODE       on, off, or eager: compile each case
  --no-build       leave the package as it is

Ends with 0 where all agree, 1 where some differ, 2 for a wrong command line.`;

const JIT_MODES = { on: true, off: false, eager: "eager" };

function parseArguments(argv) {
  const given = readArguments(argv, {
    usage: USAGE,
    numbers: ["seconds", "minutes", "cases", "seed", "case", "limit"],
    texts: ["only", "jit"],
    switches: ["no-build", "keep"],
  });
  const jit = JIT_MODES[given.jit ?? "on"];
  if (jit === undefined) throw new UsageError(`--jit wants on, off or eager, not "${given.jit}"`);
  return {
    ...given,
    seconds: given.seconds ?? 60 * (given.minutes ?? 1),
    cases: given.cases ?? Infinity,
    limit: given.limit ?? 20,
    jit,
  };
}

// --- The regress file: whole cases, so that the generator may change

const toHex = (bytes) => Buffer.from(bytes).toString("hex");
const fromHex = (text) => new Uint8Array(Buffer.from(text, "hex"));

function toLine(c) {
  return JSON.stringify({
    names: c.names,
    group: c.group,
    rip: c.rip,
    gpr: Array.from(c.gpr, (x) => x.toString(16)),
    rflags: c.rflags,
    fxsave: toHex(c.fxsave.subarray(0, 416)),
    code: toHex(c.code),
    patches: c.patches.map((p) => [p.offset, toHex(p.bytes)]),
    stores: c.stores,
  });
}

function fromLine(line) {
  const c = JSON.parse(line);
  const fxsave = new Uint8Array(512);
  fxsave.set(fromHex(c.fxsave));
  return {
    ...c,
    seed: "regress",
    name: c.names.join(";"),
    gpr: BigUint64Array.from(c.gpr, (x) => BigInt(`0x${x}`)),
    fxsave,
    code: fromHex(c.code),
    patches: c.patches.map(([offset, bytes]) => ({ offset, bytes: fromHex(bytes) })),
  };
}

function report(c, differences, expected) {
  console.log(`FAIL ${c.name} (case ${c.seed})`);
  console.log(`    bytes ${toHex(c.code)}`);
  console.log(`    ${disassemble(c)}`);
  console.log(
    `    rflags ${c.rflags.toString(16)} mxcsr ${readMxcsr(c).toString(16)} fcw ${(c.fxsave[0] | (c.fxsave[1] << 8)).toString(16)} fsw ${(c.fxsave[2] | (c.fxsave[3] << 8)).toString(16)} ended by vector ${expected.vector}`,
  );
  for (const d of differences) console.log(`    ${d}`);
}

const readMxcsr = (c) => new DataView(c.fxsave.buffer, c.fxsave.byteOffset).getUint32(24, true);

async function main() {
  const options = parseArguments(process.argv.slice(2));
  if (!options.noBuild) buildPackage();
  const target = await createTarget(options.jit);
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 31);
  if (options.case === undefined) console.log(`seed ${seed}`);
  let passed = 0;
  let failed = 0;
  const byName = new Map();
  const faults = new Map();

  const runBatch = (cases) => {
    const answers = runNative(cases);
    cases.forEach((c, i) => {
      const got = target.run(c);
      const differences = compare(c, answers[i], got);
      if (answers[i].vector !== EXIT_VECTOR) {
        faults.set(answers[i].vector, (faults.get(answers[i].vector) ?? 0) + 1);
      }
      if (differences.length === 0) {
        passed++;
        return;
      }
      failed++;
      const key = c.names[c.names.length - 1];
      const seen = byName.get(key) ?? 0;
      byName.set(key, seen + 1);
      if (seen === 0 && options.keep && c.seed !== "regress")
        appendFileSync(regressFile, `${toLine(c)}\n`);
      if (seen < 2 && byName.size <= options.limit) report(c, differences, answers[i]);
    });
  };

  if (options.case !== undefined) {
    const c = generateCase(options.case, options.only);
    console.log(disassemble(c));
    console.log(c.names.join(" "), Array.from(c.gpr, (x) => x.toString(16)).join(" "));
    runBatch([c]);
  } else {
    if (existsSync(regressFile)) {
      const lines = readFileSync(regressFile, "utf8")
        .split("\n")
        .filter((l) => l !== "");
      if (lines.length > 0) runBatch(lines.map(fromLine));
    }
    const end = Date.now() + options.seconds * 1000;
    for (let next = seed; Date.now() < end && next - seed < options.cases;) {
      const cases = [];
      for (let i = Math.min(BATCH, options.cases - (next - seed)); i > 0; i--)
        cases.push(generateCase(next++ >>> 0, options.only));
      runBatch(cases);
    }
  }
  if (byName.size > 0) {
    const worst = [...byName].sort((a, b) => b[1] - a[1]);
    console.log(`failures by last instruction: ${worst.map(([n, k]) => `${n} ${k}`).join(", ")}`);
  }
  const kinds = [...faults].sort((a, b) => a[0] - b[0]).map(([v, n]) => `${v}: ${n}`);
  console.log(`cases ended by a fault, by vector: ${kinds.join(", ")}`);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

try {
  await main();
} catch (error) {
  process.exitCode = tellFailure("differential", error);
}
