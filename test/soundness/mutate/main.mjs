// SPDX-License-Identifier: MPL-2.0

/** Plants faults in OSTD, one at a time, and has the attack find each. */

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { FAULTS } from "./faults.mjs";
import { readOptions, refuse } from "../../../tools/command-line/options.mjs";

const ATTACK = fileURLToPath(new URL("../main.mjs", import.meta.url));
const REGISTER = new URL("register.mjs", import.meta.url).href;

const HELP = `Usage: node test/soundness/mutate/main.mjs [--operations N] [--seed S] [NAME...]

Plants faults in OSTD, one at a time, or those named, and has the attack find each: a table of what found it.
Exits with 1 when a fault is not found.

  --operations N  how many operations an attack does (default 60000)
  --seed S        what they are made from (default 1)
  --help          prints this text
`;

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

const { values: options, positionals: names } = readOptions({
  help: HELP,
  options: {
    operations: { type: "string", default: "60000" },
    seed: { type: "string", default: "1" },
  },
  allowPositionals: true,
});
const unknown = names.find((name) => FAULTS.every((fault) => fault.name !== name));
if (unknown !== undefined) refuse(`no fault is called ${unknown}`, HELP);
const chosen = FAULTS.filter(({ name }) => names.length === 0 || names.includes(name));
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
