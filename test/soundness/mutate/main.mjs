// SPDX-License-Identifier: MPL-2.0

/**
 * Plants faults in OSTD, one at a time, and has the attack find each: a table of what found it.
 *
 *   node test/soundness/mutate/main.mjs [--operations N] [--seed S] [NAME...]
 *
 * Exits with 1 when a fault is not found.
 */

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { FAULTS } from "./faults.mjs";

const ATTACK = fileURLToPath(new URL("../main.mjs", import.meta.url));
const REGISTER = new URL("register.mjs", import.meta.url).href;

function parse(argv) {
  const options = { operations: "60000", seed: "1", names: [] };
  for (let i = 0; i < argv.length; i++) {
    if (argv[i] === "--operations" || argv[i] === "--seed") {
      options[argv[i].slice(2)] = argv[i + 1];
      i += 1;
    } else if (FAULTS.some(({ name }) => name === argv[i])) options.names.push(argv[i]);
    else {
      process.stderr.write(`mutate: no fault is called ${argv[i]}\n`);
      process.exit(2);
    }
  }
  return options;
}

/** What the attack said of OSTD with the fault in it: the invariant that it broke, or undefined. */
function attackFault({ name, by = "memory" }, { operations, seed }) {
  const child = spawnSync(
    process.execPath,
    [
      "--no-warnings",
      "--import",
      REGISTER,
      ATTACK,
      "--operations",
      operations,
      "--seed",
      seed,
      "--only",
      by,
      "--quiet",
    ],
    { env: { ...process.env, OSTD_FAULT: name }, encoding: "utf8" },
  );
  const found = /VIOLATION in ([\w ]+): Violation: ([\w-]+): ([^\n]*)/u.exec(child.stdout);
  if (found !== null) return { invariant: found[2], operation: found[1] };
  if (child.status === 0) return undefined;
  throw new Error(`the attack failed otherwise: ${child.stdout}${child.stderr}`);
}

const options = parse(process.argv.slice(2));
const chosen = FAULTS.filter(
  ({ name }) => options.names.length === 0 || options.names.includes(name),
);
let missed = 0;
process.stdout.write(
  "| fault | what is wrong | found by | invariant |\n| --- | --- | --- | --- |\n",
);
for (const fault of chosen) {
  const found = attackFault(fault, options);
  missed += found === undefined ? 1 : 0;
  const columns = found === undefined ? ["NOT FOUND", ""] : [found.operation, found.invariant];
  process.stdout.write(`| ${fault.name} | ${fault.about} | ${columns.join(" | ")} |\n`);
}
process.stdout.write(`\n${chosen.length - missed} of ${chosen.length} faults found\n`);
process.exitCode = missed === 0 ? 0 : 1;
