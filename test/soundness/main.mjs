// SPDX-License-Identifier: MPL-2.0

/**
 * Attacks OSTD: random calls of its API by a kernel, policies, devices and programs that do what they
 * like, on the built-in machine with its IOMMU, against an oracle of its own.
 *
 *   node test/soundness/main.mjs [--operations N] [--seed S] [--only memory|tasks|arguments] [--quiet]
 *
 * A tenth of the operations are of tasks, under schedulers that do what they like, and a fifth are calls with
 * arguments that are not what their types say. Exits with 1 at the first violation, and prints the seed that shows it again.
 */

import { randomInt } from "node:crypto";
import { fileURLToPath } from "node:url";
import { attackByArguments } from "./arguments.mjs";
import { devices } from "./operations/devices.mjs";
import { handles } from "./operations/handles.mjs";
import { memory } from "./operations/memory.mjs";
import { policies } from "./operations/policies.mjs";
import { spaces } from "./operations/spaces.mjs";
import { users } from "./operations/users.mjs";
import { attackTasks } from "./tasks.mjs";
import { World } from "./world.mjs";

const OPERATIONS = { ...memory, ...handles, ...spaces, ...devices, ...users, ...policies };
const NAMES = Object.keys(OPERATIONS);
/** Operations on one system; then everything is dropped, and the next system begins. */
const PER_SYSTEM = 5000;
const OPERATIONS_PER_CHECK = 4;

/** Attacks one system; how often each operation ran is added to `counts`. */
function attackSystem(seed, operations, counts) {
  const world = new World(seed);
  let name = "";
  try {
    for (let i = 0; i < operations; i++) {
      name = world.random.pick(NAMES);
      world.attempt(false, () => OPERATIONS[name](world));
      counts.set(name, (counts.get(name) ?? 0) + 1);
      if (i % OPERATIONS_PER_CHECK === 0) world.check();
    }
    name = "the end";
    world.check();
    world.finish();
    return world;
  } catch (error) {
    world.system.leave();
    error.operation = name;
    throw error;
  }
}

/** Runs `operations` operations from `seed` on; undefined, or the violation and its seed. */
export function attack(seed, operations, report = () => undefined) {
  const counts = new Map();
  let done = 0;
  for (let system = 0; done < operations; system++) {
    const own = (seed + Math.imul(system, 0x9e3779b1)) >>> 0;
    const count = Math.min(PER_SYSTEM, operations - done);
    try {
      attackSystem(own, count, counts);
    } catch (error) {
      return { error, seed: own, done, counts };
    }
    done += count;
    report(done);
  }
  return { error: undefined, seed, done, counts };
}

/** The attacks' shares of all operations. */
const SHARES = { memory: 0.7, arguments: 0.2, tasks: 0.1 };

/**
 * All attacks: what the API, policies, devices and programs do to memory, what arguments do that are
 * not what their types say, and what tasks do.
 */
export async function attackAll(seed, operations, only, report) {
  const share = (name) =>
    only === undefined ? Math.ceil(operations * SHARES[name]) : only === name ? operations : 0;
  const first = { ...attack(seed, share("memory"), report), only: "memory" };
  if (first.error !== undefined) return first;
  const second = { ...attackByArguments(seed, share("arguments")), only: "arguments" };
  if (second.error !== undefined) return { ...second, counts: first.counts };
  const third = { ...(await attackTasks(seed, share("tasks"))), only: "tasks" };
  return { ...third, counts: first.counts, done: first.done + second.done + third.done };
}

function fail(message) {
  process.stderr.write(`soundness: ${message}\n`);
  process.exit(2);
}

function parse(argv) {
  const options = { operations: 100_000, seed: randomInt(2 ** 32), only: undefined, quiet: false };
  for (let i = 0; i < argv.length; i++) {
    const value = argv[i + 1];
    if (argv[i] === "--quiet") {
      options.quiet = true;
      continue;
    }
    if (argv[i] === "--only") {
      if (value === undefined || !(value in SHARES))
        fail(`--only wants memory, tasks or arguments, not ${value}`);
      options.only = value;
    } else if (argv[i] === "--operations" || argv[i] === "--seed") {
      const isNumber = value !== undefined && /^[0-9]+$/u.test(value);
      if (!isNumber) fail(`${argv[i]} wants a whole number, not ${value}`);
      options[argv[i].slice(2)] = Number(value);
    } else {
      fail(`unknown argument ${argv[i]}`);
    }
    i += 1;
  }
  return options;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { operations, seed, only, quiet } = parse(process.argv.slice(2));
  process.stdout.write(`soundness: ${operations} operations from seed ${seed}\n`);
  const start = performance.now();
  const result = await attackAll(seed, operations, only, (done) => {
    if (!quiet && done % 100_000 === 0) process.stdout.write(`soundness: ${done} done\n`);
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  if (result.error === undefined) {
    const kinds = result.counts.size;
    process.stdout.write(
      `soundness: ${result.done} operations of ${kinds} kinds, no violation (${seconds} s)\n`,
    );
  } else {
    const { error } = result;
    process.stdout.write(
      `soundness: VIOLATION in ${error.operation ?? "tasks"}: ${error.stack}\n` +
        `soundness: again by: node test/soundness/main.mjs --operations ${PER_SYSTEM} ` +
        `--seed ${result.seed} --only ${result.only}\n`,
    );
    process.exitCode = 1;
  }
}
