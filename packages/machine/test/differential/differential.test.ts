// SPDX-License-Identifier: MPL-2.0

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { arch } from "node:process";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";

// The host's own processor is the oracle. CI sets ASTER_DIFFERENTIAL_SECONDS to 60, and a seed, so that a change is
// judged by the same cases as the one before it; without one each run has new cases.
const seconds = Number(process.env["ASTER_DIFFERENTIAL_SECONDS"] ?? "5");
const seed = process.env["ASTER_TEST_SEED"];
const seedArguments = seed === undefined ? [] : ["--seed", seed];
const hasOracle = arch === "x64" && existsSync("/usr/bin/gcc");

(hasOracle ? test : test.skip)(
  "random instructions leave the same state as on the host's CPU",
  () => {
    const script = fileURLToPath(new URL("run.mjs", import.meta.url));
    const run = spawnSync("node", [script, "--seconds", String(seconds), ...seedArguments], {
      encoding: "utf8",
    });
    const lines = run.stdout.trimEnd().split("\n");
    // The whole report, so that the seed and the failing cases are seen.
    if (run.status !== 0) throw new Error(run.stdout + run.stderr);
    process.stdout.write(`differential: ${lines[0]}, ${lines.at(-1)}\n`);
    expect(lines.at(-1)).toMatch(/^[1-9]\d* passed, 0 failed$/);
  },
  (seconds + 60) * 1000,
);

(hasOracle ? test : test.skip)(
  "random programs do the same on the host's CPU, on the interpreter and in compiled code",
  () => {
    const script = fileURLToPath(new URL("programs.mjs", import.meta.url));
    const run = spawnSync("node", [script, "--minutes", String(seconds / 60), ...seedArguments], {
      encoding: "utf8",
    });
    if (run.status !== 0) throw new Error(run.stdout + run.stderr);
    const last = run.stdout.trimEnd().split("\n").at(-1);
    process.stdout.write(`programs: ${last}\n`);
    expect(last).toMatch(/^[1-9].* programs of .* 0 failed$/);
  },
  (seconds + 60) * 1000,
);
