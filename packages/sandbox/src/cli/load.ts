// SPDX-License-Identifier: MPL-2.0

import { findBundle } from "../bundle.ts";
import { loadKept } from "../code-cache.ts";
import { mapStackTraces } from "../source-maps.ts";
import { reportFailure } from "./failure.ts";
import type { RunOptions } from "./options.ts";

interface RunModule {
  readonly runCli: (options: RunOptions) => Promise<number>;
}

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
  // A kernel that the caller brings stands on the unbundled OSTD, and a system has but one.
  const bundle = options.kernel === undefined ? findBundle("run") : undefined;
  if (bundle === undefined) return import("./run.ts");
  mapStackTraces(new URL("./", bundle));
  return (keptRun(options) ?? (await import(bundle.href))) as RunModule;
}

/** The command as V8 has kept code of it, which our kernel is no part of. */
function keptRun({ scmlAudit, isConfined = true }: RunOptions): unknown {
  if (scmlAudit !== undefined || !isConfined) return undefined;
  const [script, code] = [findBundle("keptRun"), findBundle("keptRunCode")];
  return script && code && loadKept(script, code);
}
