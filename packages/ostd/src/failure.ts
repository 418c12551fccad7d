// SPDX-License-Identifier: MPL-2.0

import { MachineStopped } from "@aster/hardware";
import { KernelPanic, panic } from "./panic.ts";

/** How many frames of a trace are shown from either end: one of a stack overflow has thousands. */
const SHOWN_FRAMES = 32;

/** A failure as the console shows it: what happened, and the way there in TypeScript. */
export function describeFailure(failure: Error): string {
  const lines: string[] = [];
  for (const line of (failure.stack ?? "").split("\n")) {
    const frame = line.trim();
    // Frames of the panic machinery itself tell nothing.
    if (frame.startsWith("at ") && !/\bat panic\b/u.test(frame)) {
      lines.push(`  ${frame}`);
    }
  }
  const left = lines.length - 2 * SHOWN_FRAMES;
  if (left > 1) lines.splice(SHOWN_FRAMES, left, `  ... ${left} more`);
  return [`Kernel panic: ${failure.message}`, ...lines, ""].join("\n");
}

/** What was thrown, as an error. A kernel may throw anything, also what throws when it is looked at. */
export function asError(thrown: unknown): Error {
  try {
    return thrown instanceof Error ? thrown : new Error(String(thrown));
  } catch {
    return new Error("something was thrown that cannot be told");
  }
}

/** Whether the machine was stopped: no failure. */
export function asStop(thrown: unknown): MachineStopped | undefined {
  try {
    return thrown instanceof MachineStopped ? thrown : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What becomes of a policy that throws: a bug of the kernel's, at whoever's cost OSTD asked it. So it
 * does not fall on the task that happened to run, which might catch it and leave OSTD's work half done.
 */
export function policyThrew(policy: string, thrown: unknown): never {
  const error = asError(thrown);
  if (asStop(thrown) !== undefined || error instanceof KernelPanic) {
    throw error;
  }
  panic(`${policy} threw: ${error.message}`);
}
