// SPDX-License-Identifier: MPL-2.0

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { CLASSES } from "@aster/ostd/boot";
import { isBundle, type BundleModules } from "@aster/ostd/bundle";
import { hardenRealm } from "./realm.ts";

/** What a bundle's entry exports. */
export type BundleExports = Readonly<Record<string, unknown>>;

/**
 * Evaluates a kernel's bundle in a compartment of this realm, which is hardened by that; `modules`
 * are all that it can reach. Errors of the bundle, and of a file that is none, are thrown.
 */
export async function evaluateBundle(file: string, modules: BundleModules): Promise<BundleExports> {
  const text = readFileSync(file, "utf8");
  if (!isBundle(text)) {
    throw new SyntaxError(`${file}: expected a bundle made by this version of Aster`);
  }
  const realm = await hardenRealm();
  realm.harden(CLASSES);
  // Under this name debuggers find it; the source map's name, at its end, is relative to it.
  const evaluate = realm.evaluate(`${text}\n//# sourceURL=${pathToFileURL(file).href}`);
  const given = Object.entries(modules).map(([name, module]) => [name, { ...module }] as const);
  const endowments = realm.harden(Object.fromEntries(given));
  return (evaluate as (modules: BundleModules) => BundleExports)(endowments);
}
