// SPDX-License-Identifier: MPL-2.0

// A module loader that puts one fault into OSTD while it is loaded.

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

let fault;

export function initialize(data) {
  fault = data;
}

export async function load(url, context, nextLoad) {
  const patches =
    fault?.patches.filter(({ file }) => url.endsWith(`/packages/ostd/dist/${file}`)) ?? [];
  if (patches.length === 0) return nextLoad(url, context);
  let source = await readFile(fileURLToPath(url), "utf8");
  for (const { file, find, replace } of patches) {
    if (source.split(find).length !== 2) {
      throw new Error(`fault "${fault.name}": ${file} does not have exactly one "${find}"`);
    }
    source = source.replace(find, () => replace);
  }
  return { format: "module", source, shortCircuit: true };
}
