// SPDX-License-Identifier: MPL-2.0

import { pathToFileURL } from "node:url";
import { CLASSES } from "@aster/ostd/boot";
import { isBundle, type BundleModules } from "@aster/ostd/bundle";
import { readText } from "../code-cache.ts";
import { hardenRealm } from "./realm.ts";

/** What a bundle's entry exports. */
export type BundleExports = Readonly<Record<string, unknown>>;

/**
 * Evaluates a kernel's bundle in a compartment of this realm, which is hardened by that; `modules`
 * are all that it can reach. Errors of the bundle, and of a file that is none, are thrown. A
 * `codeCache` is as trusted as the machine: it comes from our own build.
 */
export async function evaluateBundle(
  file: string,
  modules: BundleModules,
  codeCache?: Buffer,
): Promise<BundleExports> {
  const source = readText(file);
  if (!isBundle(source)) {
    throw new SyntaxError(`${file}: expected a bundle made by this version of Aster`);
  }
  const realm = await hardenRealm();
  realm.harden(CLASSES);
  const url = pathToFileURL(file).href;
  const evaluate = realm.evaluate({ source, url, ...(codeCache && { codeCache }) });
  const given = Object.entries(modules).map(([name, module]) => [name, { ...module }] as const);
  const endowments = realm.harden(Object.fromEntries(given));
  return (evaluate as (modules: BundleModules) => BundleExports)(endowments);
}
