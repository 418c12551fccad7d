// SPDX-License-Identifier: MPL-2.0
//
// The last result of each program, module and stressor: what docs/compat.md is made of.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const RESULTS = fileURLToPath(new URL("../../.aster/compat-results.json", import.meta.url));

/** @returns {Record<string, { passed: boolean, version?: string, seconds?: number }>} */
export function readResults() {
  return existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, "utf8")) : {};
}

/** Another run may have written meanwhile: the file is read anew. */
export function keepResult(name, result) {
  const results = readResults();
  const known = results[name];
  // A short run tells less than the long one before it, unless it fails.
  const isLess =
    result.passed && known?.passed === true && (result.seconds ?? 0) < (known.seconds ?? 0);
  if (isLess) return;
  results[name] = result;
  mkdirSync(dirname(RESULTS), { recursive: true });
  writeFileSync(RESULTS, JSON.stringify(results));
}
