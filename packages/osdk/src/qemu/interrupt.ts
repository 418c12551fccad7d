// SPDX-License-Identifier: MPL-2.0

import { setMaxListeners } from "node:events";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs a build that Ctrl-C and its like end: what it started is ended, what it left half done is
 * removed, and then an `OsdkError` says so.
 */
export async function whileBuilding<T>(build: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  // Each compiler of a build listens.
  setMaxListeners(0, controller.signal);
  const interrupt = (): void => controller.abort();
  for (const signal of SIGNALS) process.on(signal, interrupt);
  try {
    return await build(controller.signal);
  } catch (error) {
    if (controller.signal.aborted) throw new OsdkError(ExitCode.EXECUTE, "interrupted");
    throw error;
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt);
  }
}
