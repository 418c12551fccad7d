// SPDX-License-Identifier: MPL-2.0
// Where the kernel runs: a context of the engine, as a compartment is on the built-in machine. Its
// global object is its own, and holds the pure part of the library; the rest of the library, which
// it shares with OSTD, is frozen before. Of OSTD it is given the public API.

import { CLASSES } from "@aster/ostd/boot";
import { KERNEL_GLOBALS, type BundleModules } from "@aster/ostd/bundle";
import { freezeAll, tameLibrary } from "./freeze.ts";
import type { Native } from "./native.ts";

/** What a bundle's entry exports. */
export type BundleExports = Readonly<Record<string, unknown>>;

/** Evaluates the image's second script, the kernel's bundle; `modules` are all that it can reach. */
export function evaluateKernel(native: Native, modules: BundleModules): BundleExports {
  const given = Object.entries(modules).map(([name, module]) => [name, { ...module }] as const);
  const endowments = Object.fromEntries(given);
  const globals = makeGlobals();
  tameLibrary();
  freezeAll([globals, endowments, CLASSES]);
  const evaluate = native.evaluateKernel(globals) as (modules: BundleModules) => BundleExports;
  return evaluate(endowments);
}

function makeGlobals(): object {
  const all = globalThis as unknown as Readonly<Record<string, unknown>>;
  const globals: Record<string, unknown> = { undefined };
  for (const name of KERNEL_GLOBALS) globals[name] = all[name];
  globals["globalThis"] = globals;
  return globals;
}
