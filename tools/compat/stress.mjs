// SPDX-License-Identifier: MPL-2.0
//
// stress-ng's stressors, each in a fresh guest, checking its own results (--verify).
//
//   node tools/compat/stress.mjs                    5 seconds each, as CI does
//   node tools/compat/stress.mjs --seconds 60       what docs/compat.md tells of

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { keepResult } from "./results.mjs";
import { runIn } from "./run.mjs";

/** One or more of each of stress-ng's classes for processors, memory, processes, pipes, locks, signals and files. */
export const STRESSORS = [
  "cpu",
  "vm",
  "fork",
  "pipe",
  "futex",
  "signal",
  "sigq",
  "hdd",
  "file-ioctl",
];
const PACKAGES = ["bash", "coreutils", "stress-ng"];
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const OSDK = here("../../packages/osdk/bin/aster-osdk.js");
const USAGE = `Usage: node tools/compat/stress.mjs [--seconds N] [--root DIR] [--only RE]

Runs stressors of Debian's stress-ng, two of each at once, in a root made by aster rootfs (default
.aster/stress-root). Exits with 1 when one finds a wrong result, with 0 where no root can be made.
`;
const MEMORY_MIB = 1024;
/** For the boot, and for a machine that is busy with other things. */
const GRACE_SECONDS = 60;

function makeRoot(root) {
  const argv = [OSDK, "rootfs", "--packages", PACKAGES.join(","), root];
  return spawnSync(process.execPath, argv, { stdio: ["ignore", 2, 2] }).status === 0;
}

async function main(args) {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: "string", default: "5" },
      root: { type: "string", default: here("../../.aster/stress-root") },
      only: { type: "string", default: "" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const seconds = Number(values.seconds);
  if (!Number.isInteger(seconds) || seconds < 1) {
    process.stderr.write(`stress: --seconds takes a whole number, not "${values.seconds}"\n`);
    return 2;
  }
  const root = resolve(values.root);
  if (!existsSync(root) && !makeRoot(root)) {
    process.stdout.write("stress: skipped: no root could be made; it takes apt and its mirrors\n");
    return 0;
  }
  const only = new RegExp(values.only);
  let failed = 0;
  const chosen = STRESSORS.filter((name) => only.test(name));
  for (const name of chosen) {
    const command = `stress-ng --${name} 2 --verify --timeout ${seconds}s --temp-path /tmp --metrics-brief`;
    const outcome = await runIn(root, `${command} 2>&1`, {
      native: false,
      seconds: seconds * 2 + GRACE_SECONDS,
      memoryMiB: MEMORY_MIB,
    });
    const { stdout, status } = outcome;
    const passed = status === 0 && /successful run completed/.test(stdout) && !/fail:/.test(stdout);
    if (!passed) failed++;
    process.stdout.write(`${passed ? "pass" : "FAIL"} ${name} (${outcome.seconds.toFixed(1)} s)\n`);
    if (!passed) process.stdout.write(`${stdout}${outcome.stderr}`);
    keepResult(`stress-ng ${name}`, { passed, seconds });
  }
  process.stdout.write(`${chosen.length - failed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2));
}
