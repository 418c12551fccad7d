// SPDX-License-Identifier: MPL-2.0

import { writeSync } from "node:fs";
import { SandboxError } from "../errors.ts";
import { describe } from "../host-error.ts";

/** Our own failures: the code that `docker run` and `env` use too. */
export const EXIT_OWN_FAILURE = 125;

/** Tells a failure on standard error; the exit code for it. */
export function reportFailure(error: unknown): number {
  // A bundle has a class of its own.
  const isOurs = error instanceof Error && error.name === SandboxError.NAME;
  complain(`aster: ${isOurs ? error.message : `internal error: ${describe(error)}`}\n`);
  if (!isOurs && process.env["ASTER_DEBUG"] !== undefined) {
    complain(`${error instanceof Error ? error.stack : String(error)}\n`);
  }
  return EXIT_OWN_FAILURE;
}

/** Writes to standard error, and does not mind when nobody reads it. */
export function complain(text: string | Uint8Array): void {
  try {
    if (typeof text === "string") writeSync(2, text);
    else writeSync(2, text);
  } catch {
    // Nothing better is left to complain to.
  }
}
