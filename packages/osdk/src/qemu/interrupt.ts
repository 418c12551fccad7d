// SPDX-License-Identifier: MPL-2.0

import { setMaxListeners } from "node:events";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** A signal that came in a stretch without a pause is told of in the second turn of the event loop. */
const TURNS = 3;

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
    const built = await build(controller.signal);
    for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
    controller.signal.throwIfAborted();
    return built;
  } catch (error) {
    if (controller.signal.aborted) throw new OsdkError(ExitCode.EXECUTE, "interrupted");
    throw error;
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt);
  }
}
