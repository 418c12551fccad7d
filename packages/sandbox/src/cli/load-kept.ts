// SPDX-License-Identifier: MPL-2.0

import { findBundle } from "../bundle.ts";
import { loadKept } from "../code-cache.ts";
import { mapStackTraces } from "../source-maps.ts";
import { reportFailure } from "./failure.ts";
import type { RunOptions } from "./options.ts";

/** What a bundle of the command exports. */
export interface RunModule {
  readonly runCli: (options: RunOptions) => Promise<number>;
}

/** The command as V8 has kept code of it, which our kernel is no part of; undefined where it is not for these options, or not there. */
export function loadKeptRun(options: RunOptions): RunModule | undefined {
  const { kernel, scmlAudit, isConfined = true } = options;
  if (kernel !== undefined || scmlAudit !== undefined || !isConfined) return undefined;
  const [script, code] = [findBundle("keptRun"), findBundle("keptRunCode")];
  if (script === undefined || code === undefined) return undefined;
  const kept = loadKept(script, code);
  if (kept !== undefined) mapStackTraces(new URL("./", script));
  return kept as RunModule | undefined;
}

/** `runCli` by `loadKeptRun`; undefined, and nothing is done, where that gives nothing. */
export async function runKept(options: RunOptions): Promise<number | undefined> {
  try {
    return await loadKeptRun(options)?.runCli(options);
  } catch (error) {
    return reportFailure(error);
  }
}
