// SPDX-License-Identifier: MPL-2.0

/**
 * Runs random programs on the host's CPU, on the interpreter and on compiled code, and compares what they leave and what happens
 * under way: traps, ticks, and how many instructions have been retired at each.
 * Programs that failed before are in programs-regress.jsonl and come first.
 */

import { appendFileSync, readFileSync } from "node:fs";
import { readArguments, tellFailure } from "./arguments.mjs";
import { compareProgram, compareTiers } from "./programs-compare.mjs";
import { generateProgram } from "./generate/program.mjs";
import { disassemble } from "./disassemble.mjs";
import { programLayout } from "./programs-layout.mjs";
import { programFromLine, programToLine } from "./programs-file.mjs";
import { createProgramTarget } from "./programs-target.mjs";
import { runNative } from "./oracle.mjs";
import { buildPackage } from "./target.mjs";

const BATCH = 50;
/** One in so many programs is interrupted once behind each of its instructions. */
const SWEEP = 50;
const MAX_SWEEP = 200;
const UNDISTURBED = { every: 100_000, interrupts: false, once: false, act: false };
const regressFile = new URL("programs-regress.jsonl", import.meta.url);

const USAGE = `node packages/machine/test/differential/programs.mjs [OPTION]...

Runs random programs on the host's CPU, on the interpreter and on compiled code, and compares what they leave and what
happens under way: traps, ticks, and how many instructions have been retired at each.

  --minutes M      how long (1, where nothing else ends it)
  --blocks N       until so many blocks have run; a block counts once for each state that it is run from
  --cases N        until so many programs have run
  --seed N         the first program's seed (a random one)
  --case SEED      one program, printed
  --limit N        stop after so many that differ (10)
  --keep           add those that differ to programs-regress.jsonl
  --progress       tell each minute how far it is
  --no-build       leave the package as it is

Ends with 0 where all agree, 1 where some differ, 2 for a wrong command line.`;

function parseArguments(argv) {
  const given = readArguments(argv, {
    usage: USAGE,
    numbers: ["minutes", "blocks", "cases", "seed", "case", "limit"],
    switches: ["keep", "progress", "no-build"],
  });
  const isBounded = given.blocks !== undefined || given.cases !== undefined;
  return {
    blocks: Infinity,
    cases: Infinity,
    limit: 10,
    minutes: isBounded ? Infinity : 1,
    seed: Math.floor(Math.random() * 2 ** 31),
    ...given,
  };
}

/** With which ticks a state of a program is run. */
function ticksOf(seed, i) {
  const random = Math.imul(seed + 977 * (i >> 2), 2654435761) >>> 7;
  switch (i & 3) {
    case 0:
      return UNDISTURBED;
    case 1:
      return { every: i < 4 ? 1 : 2 + (random % 9), interrupts: true, once: false, act: false };
    case 2:
      return { every: 2 + (random % 60), interrupts: true, once: false, act: false };
    default:
      return { every: 1 + (random % 60), interrupts: false, once: false, act: false };
  }
}

class Harness {
  constructor(interpreter, compiled, options) {
    this.interpreter = interpreter;
    this.compiled = compiled;
    this.options = options;
    this.programs = 0;
    this.blocks = 0;
    this.blockRuns = 0;
    this.runs = 0;
    this.retired = 0;
    this.failed = 0;
    this.endings = new Map();
  }

  runBatch(programs) {
    const cases = programs.flatMap((p) =>
      p.states.map((s) => ({ ...s, seed: p.seed, ...actionsOf(p) })),
    );
    const answers = runNative(cases, programLayout);
    let next = 0;
    for (const program of programs) {
      const found = this.runProgram(program, answers.slice(next, next + program.states.length));
      next += program.states.length;
      this.programs++;
      this.blocks += program.blocks;
      this.blockRuns += program.blocks * program.states.length;
      if (found.length > 0) this.fail(program, found);
    }
  }

  runProgram(program, answers) {
    const { interpreter, compiled } = this;
    const found = [];
    const both = (state, t) => {
      const a = interpreter.run(program, state, t);
      const b = compiled.run(program, state, t);
      this.runs++;
      this.retired += a.retired + b.retired;
      return [a, b];
    };
    program.states.forEach((state, i) => {
      const ticks = ticksOf(program.seed, i);
      const [a, b] = both(state, ticks);
      const where = `state ${i}, tick every ${ticks.every}`;
      found.push(...compareProgram(program, answers[i], a).map((d) => `${where}: host: ${d}`));
      found.push(...compareTiers(a, b).map((d) => `${where}: tiers: ${d}`));
      this.endings.set(a.vector, (this.endings.get(a.vector) ?? 0) + 1);
      if (i === 0 && program.seed % SWEEP === 0) {
        found.push(...this.sweep(program, state, a, both));
      }
    });
    // Of what the world outside changes at ticks, the host's CPU can say nothing.
    const every = 1 + (program.seed % 23);
    const [a, b] = both(program.states[0], { every, interrupts: true, once: false, act: true });
    found.push(...compareTiers(a, b).map((d) => `changes at ticks, every ${every}: tiers: ${d}`));
    interpreter.forget();
    compiled.forget();
    return found;
  }

  /** Interrupts the program once, behind each number of instructions. */
  sweep(program, state, expected, both) {
    const found = [];
    const end = Math.min(expected.retired, MAX_SWEEP);
    for (let every = 1; every <= end && found.length === 0; every++) {
      const [a, b] = both(state, { every, interrupts: true, once: true, act: false });
      const where = `one tick at ${every}`;
      found.push(...compareProgram(program, expected, a).map((d) => `${where}: undisturbed: ${d}`));
      found.push(...compareTiers(a, b).map((d) => `${where}: tiers: ${d}`));
    }
    return found;
  }

  fail(program, found) {
    this.failed++;
    if (this.failed > this.options.limit) return;
    console.log(`FAIL program ${program.seed}`);
    for (const line of found.slice(0, 12)) console.log(`    ${line}`);
    if (this.options.keep) appendFileSync(regressFile, `${programToLine(program)}\n`);
  }

  summary() {
    const thousands = (n) => n.toLocaleString("en-US");
    return (
      `${thousands(this.programs)} programs of ${thousands(this.blocks)} blocks, ${thousands(this.blockRuns)} counted by ` +
      `state, ${thousands(this.runs)} runs on each tier, ${thousands(this.retired)} instructions`
    );
  }
}

const actionsOf = ({ actions, landings, base }) => ({
  actions,
  landings,
  codeBase: base,
  codeSize: 3 * 4096,
});

function printProgram(program) {
  for (const { offset, bytes } of program.code) {
    console.log(`code at ${(program.base + offset).toString(16)}:`);
    console.log(`    ${disassemble({ rip: program.base + offset, code: bytes })}`);
  }
  console.log(`landings ${program.landings.map((l) => l.toString(16)).join(" ")}`);
  for (const a of program.actions) console.log("action", JSON.stringify(a));
}

async function main() {
  const options = parseArguments(process.argv.slice(2));
  if (!options.noBuild) buildPackage();
  const harness = new Harness(
    await createProgramTarget(false),
    await createProgramTarget("eager"),
    options,
  );
  if (options.case !== undefined) {
    const program = generateProgram(options.case);
    printProgram(program);
    harness.runBatch([program]);
  } else {
    const start = Date.now();
    const kept = readFileSync(regressFile, "utf8").split("\n").filter(Boolean).map(programFromLine);
    if (kept.length > 0) harness.runBatch(kept);
    console.log(`seed ${options.seed}`);
    const end = start + options.minutes * 60_000;
    let reported = start;
    for (let seed = options.seed; Date.now() < end && harness.failed <= options.limit;) {
      const count = Math.min(BATCH, options.cases - harness.programs);
      if (count <= 0 || harness.blockRuns >= options.blocks) break;
      harness.runBatch(Array.from({ length: count }, (_, i) => generateProgram((seed + i) >>> 0)));
      seed += count;
      if (options.progress && Date.now() - reported > 60_000) {
        reported = Date.now();
        console.log(`next seed ${seed}: ${harness.summary()}, ${harness.failed} failed`);
      }
    }
  }
  const endings = [...harness.endings].sort((a, b) => a[0] - b[0]);
  console.log(`ended by vector: ${endings.map(([v, n]) => `${v}: ${n}`).join(", ")}`);
  console.log(`${harness.summary()}, ${harness.failed} failed`);
  process.exitCode = harness.failed === 0 && harness.programs > 0 ? 0 : 1;
}

try {
  await main();
} catch (error) {
  process.exitCode = tellFailure("programs", error);
}
