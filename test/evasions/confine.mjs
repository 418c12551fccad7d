// SPDX-License-Identifier: MPL-2.0

// Runs attempts in their compartments, each as the first task of a system of its own, and tells
// what became of them: one line of JSON for each bundle of the command line.
//
// confine.mjs NAME=BUNDLE…

import { createRequire } from "node:module";
import { createMachine } from "../../packages/machine/dist/index.js";
import { loadTier0 } from "../../packages/machine/dist/node.js";
import * as ostd from "../../packages/ostd/dist/index.js";
import { bootKernel, CLASSES } from "../../packages/ostd/dist/boot.js";
import * as boot from "../../packages/ostd/dist/boot.js";
import { KERNEL_GLOBALS } from "../../packages/ostd/dist/bundle.js";
import { evaluateBundle, hardenRealm } from "../../packages/sandbox/dist/compartment.js";
import { changeSince, findPower, photograph } from "./oracle.mjs";

const TIMEOUT_MS = 5000;
const RAM_BYTES = 16 * 1024 * 1024;

/** Everything that the host has and a kernel has not. */
function hostPowers() {
  const powers = new Map([[globalThis, "the global object"]]);
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    // `harden` freezes, as Object.freeze does.
    if (KERNEL_GLOBALS.includes(name) || name === "harden") continue;
    const value = globalThis[name];
    if ((typeof value === "object" && value !== null) || typeof value === "function") {
      powers.set(value, name);
    }
  }
  for (const [name, value] of Object.entries({
    ...boot,
    require: createRequire(import.meta.url),
  })) {
    powers.set(value, name);
  }
  return powers;
}

const tier0 = loadTier0();
await hardenRealm();
const powers = hostPowers();
const functions = [function* () {}, async () => {}, async function* () {}, () => {}];
const photo = photograph([
  ...KERNEL_GLOBALS.map((name) => globalThis[name]),
  ...[...functions, [][Symbol.iterator](), new Map().values()].map(Object.getPrototypeOf),
  ...CLASSES,
  ...Object.values(ostd),
]);

/** What an attempt came to: how it was refused, or what it brought. */
async function attempt(bundle) {
  let exported;
  try {
    exported = await evaluateBundle(bundle, { "@aster/ostd": ostd });
  } catch (error) {
    return { refused: describe(error) };
  }
  if (typeof exported.default !== "function") return { loot: exported.default };
  let outcome = { refused: "the system ended" };
  // After a panic, what the attempt sees is that the machine has stopped; what it brought still counts.
  let panic;
  const body = async () => {
    try {
      outcome = { loot: await exported.default(), refused: panic };
    } catch (error) {
      outcome = { refused: panic ?? describe(error) };
    }
  };
  const panicHandler = (failure) => {
    panic = `panic: ${failure.message}`;
    outcome = { refused: panic };
  };
  const machine = createMachine({ ramBytes: RAM_BYTES, tier0, earlyConsole: () => {} });
  const kernel = ostd.main(body, { panicHandler });
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, TIMEOUT_MS);
  });
  await Promise.race([bootKernel(kernel, machine), late]);
  clearTimeout(timer);
  return outcome;
}

function describe(error) {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

process.on("unhandledRejection", () => {});
for (const argument of process.argv.slice(2)) {
  const [name, bundle] = argument.split("=");
  const { loot, refused } = await attempt(bundle);
  const change = changeSince(photo);
  const power = change === undefined ? findPower(loot, powers) : `it changed ${change}`;
  process.stdout.write(`${JSON.stringify({ name, refused, power })}\n`);
}
process.exit(0);
