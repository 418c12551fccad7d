// SPDX-License-Identifier: MPL-2.0

// Writes docs/kernel.scml, the rules of what @aster/kernel supports, from its declarations of system
// calls, and checks the declarations against what Linux has. What the calls really do is asked by
// test/guest/scml.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const PAGE = fileURLToPath(new URL("../../docs/kernel.scml", import.meta.url));
const PACKAGES = new URL("../../packages/", import.meta.url);

const HELP = `Usage: node tools/scml-kernel/main.mjs [--check]

Writes docs/kernel.scml from the kernel's declarations, after checking them; build first.

  --check   write nothing; exit with 1 where the file is out of date
`;

/** All signals are supported, or none. */
const isSignal = ({ name, render }) => render.as === "signal" || name === "sig";

/** What is wrong with the declarations. */
function complaints(syscalls, { argumentTable, syscallFacts }) {
  const wrong = [];
  const facts = syscallFacts();
  for (const call of syscalls) {
    const { name, args, scml = [{}] } = call;
    const number = facts.get(name)?.numbers.x86_64;
    if (number !== call.number.x86_64) {
      wrong.push(`${name}: its number is ${call.number.x86_64}, Linux's is ${number}`);
    }
    if (scml.length === 0 && call.note === undefined) {
      wrong.push(`${name}: every use is refused, and no note says why`);
    }
    for (const rule of scml) {
      for (const key of Object.keys(rule)) {
        if (!args.some((arg) => arg.name === key)) {
          wrong.push(`${name}: a rule is about "${key}", which is no argument of it`);
        }
      }
    }
    const printed = args.filter(({ render }) => render.as !== "nothing");
    printed.forEach((arg, index) => {
      const table = argumentTable(name, index);
      const { names } = arg.render;
      const isDescribed = names !== undefined || scml.every((rule) => arg.name in rule);
      if (table !== undefined && !isDescribed && !isSignal(arg)) {
        wrong.push(`${name}: Linux has names for "${arg.name}"; say in scml which are supported`);
      }
      for (const [constant, value] of Object.entries(names ?? {})) {
        const known = table?.values.get(constant);
        if (known !== undefined && known % 2 ** 32 !== value >>> 0) {
          wrong.push(`${name}: ${constant} is ${known}, and not ${value}`);
        }
      }
    });
  }
  return wrong;
}

async function main(args) {
  if (args[0] === "--help") {
    process.stdout.write(HELP);
    return 0;
  }
  if (args.length > 1 || (args.length === 1 && args[0] !== "--check")) {
    process.stderr.write(`scml-kernel: unknown argument "${args[0]}"\n${HELP}`);
    return 2;
  }
  const { SYSCALLS, scmlOf } = await import(new URL("kernel/dist/index.js", PACKAGES).href);
  const scml = await import(new URL("scml/dist/index.js", PACKAGES).href);
  const wrong = complaints(SYSCALLS, scml);
  const { text } = scml.format(scmlOf(SYSCALLS), "docs/kernel.scml");
  const { diagnostics, program } = scml.check(text ?? scmlOf(SYSCALLS), "docs/kernel.scml");
  for (const one of diagnostics) wrong.push(scml.renderDiagnostic(one, program.source).trimEnd());
  if (wrong.length > 0) {
    process.stderr.write(`${wrong.join("\n")}\n`);
    return 1;
  }
  if (args.length === 0) {
    writeFileSync(PAGE, text);
  } else if (readFileSync(PAGE, "utf8") !== text) {
    process.stderr.write("docs/kernel.scml is out of date; run: node tools/scml-kernel/main.mjs\n");
    return 1;
  }
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
