// SPDX-License-Identifier: MPL-2.0

// `./aster test [STEP...]`: every check of the repository, in the order of what fails fastest.
// All steps run even when one fails; the last line counts them.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { STEPS } from "./steps.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

// Tools look at this variable (the parser of ESLint reads files anew, jest writes no snapshots), so
// it says the same at a desk as where the checks decide.
const ENVIRONMENT = { ...process.env, CI: "true" };

const HELP = `Usage: ./aster test [STEP...]

Runs all checks, or the steps that are named:

${STEPS.map(({ name, about }) => `  ${name.padEnd(10)} ${about}`).join("\n")}

Exits with 0 when every step passed, with 1 otherwise.
`;

/** Runs one step with its output on ours; the exit code. */
function runStep([command, ...args]) {
  return new Promise((resolve) => {
    const stdio = ["ignore", "inherit", "inherit"];
    const child = spawn(command, args, { cwd: ROOT, env: ENVIRONMENT, stdio });
    child.on("error", (error) => {
      process.stderr.write(`test: cannot run ${command}: ${error.message}\n`);
      resolve(127);
    });
    child.on("close", (code, signal) => resolve(signal === null ? code : 128));
  });
}

async function main(names) {
  if (names.includes("--help") || names.includes("-h")) {
    process.stdout.write(HELP);
    return 0;
  }
  const unknown = names.filter((name) => !STEPS.some((step) => step.name === name));
  if (unknown.length > 0) {
    process.stderr.write(`test: unknown step "${unknown[0]}"\n\n${HELP}`);
    return 2;
  }
  const chosen = STEPS.filter((step) => names.length === 0 || names.includes(step.name));
  const results = [];
  for (const [index, step] of chosen.entries()) {
    process.stdout.write(`\n== ${index + 1} of ${chosen.length}: ${step.name} (${step.about})\n`);
    const start = performance.now();
    const code = await runStep(step.command);
    results.push({ step, code, seconds: (performance.now() - start) / 1000 });
  }
  process.stdout.write("\n");
  for (const { step, code, seconds } of results) {
    const verdict = code === 0 ? "ok" : `FAILED (exit code ${code})`;
    process.stdout.write(
      `${step.name.padEnd(10)} ${seconds.toFixed(1).padStart(7)} s  ${verdict}\n`,
    );
  }
  const failed = results.filter(({ code }) => code !== 0).length;
  process.stdout.write(`${results.length - failed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
