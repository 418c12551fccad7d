// SPDX-License-Identifier: MPL-2.0

import type { Native } from "./native.ts";

/** What isa-debug-exit is told of a panic. */
export const EXIT_PANIC = 0x30;

/** Prints an error that nobody caught, before or beside a system, and stops the machine. */
export function fail(native: Native, error: unknown): never {
  const text = error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : String(error);
  for (const character of `panic: ${text}\n`) native.consoleWrite(character.charCodeAt(0) & 0xff);
  return native.stop(EXIT_PANIC);
}
