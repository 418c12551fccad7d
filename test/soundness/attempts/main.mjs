// SPDX-License-Identifier: MPL-2.0

/**
 * Single attempts to break OSTD, each thought of by somebody: what a hostile kernel, policy, driver,
 * device or program would do. The oracle is that of the attack by arguments.
 *
 *   node test/soundness/attempts/main.mjs [NAME]
 *
 * Exits with 1 when one succeeds.
 */

import { brink } from "./brink.mjs";
import { devices } from "./devices.mjs";
import { objects } from "./objects.mjs";
import { reentry } from "./reentry.mjs";
import { Scene } from "./scene.mjs";
import { tasks } from "./tasks.mjs";

const ATTEMPTS = { ...brink, ...reentry, ...objects, ...devices, ...tasks };
const SECONDS_MAX = 20;

const [filter = ""] = process.argv.slice(2);
const names = Object.keys(ATTEMPTS).filter((name) => name.includes(filter));
let failed = 0;
for (const name of names) {
  if (process.env["VERBOSE"] !== undefined) process.stdout.write(`${name}\n`);
  // Tasks have systems of their own.
  const scene = name in tasks ? undefined : new Scene();
  const start = performance.now();
  try {
    await ATTEMPTS[name](scene);
    scene?.check();
    const seconds = (performance.now() - start) / 1000;
    if (seconds > SECONDS_MAX) throw new Error(`it took ${seconds.toFixed(1)} s`);
  } catch (error) {
    failed += 1;
    process.stdout.write(`FAILED ${name}: ${error.stack}\n`);
  } finally {
    scene?.finish();
  }
}
process.stdout.write(`${names.length} attempts, ${failed} succeeded\n`);
process.exitCode = failed === 0 ? 0 : 1;
