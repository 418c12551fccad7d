// SPDX-License-Identifier: MPL-2.0

import { findBundle } from "../bundle.ts";
import { mapStackTraces } from "../source-maps.ts";
import { reportFailure } from "./failure.ts";
import { loadKeptRun, type RunModule } from "./load-kept.ts";
import type { RunOptions } from "./options.ts";

/**
 * `aster run`: boots, connects the guest to the caller's three files, and returns the exit code
 * for the process. Never throws: failures of our own are told in one line on standard error.
 */
export async function runCli(options: RunOptions): Promise<number> {
  try {
    const { runCli: run } = await loadRun(options);
    return await run(options);
  } catch (error) {
    return reportFailure(error);
  }
}

/** Loads ahead what `runCli` needs for a kernel that the caller brings. */
export async function preloadRun(): Promise<void> {
  await import("./run.ts");
}

async function loadRun(options: RunOptions): Promise<RunModule> {
  const kept = loadKeptRun(options);
  if (kept !== undefined) return kept;
  // A kernel that the caller brings stands on the unbundled OSTD, and a system has but one.
  const bundle = options.kernel === undefined ? findBundle("run") : undefined;
  if (bundle === undefined) return import("./run.ts");
  mapStackTraces(new URL("./", bundle));
  return (await import(bundle.href)) as RunModule;
}
