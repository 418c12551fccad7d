// SPDX-License-Identifier: MPL-2.0

/** A failure as the console shows it: what happened, and the way there in TypeScript. */
export function describeFailure(failure: Error): string {
  const lines = [`Kernel panic: ${failure.message}`];
  for (const line of (failure.stack ?? "").split("\n")) {
    const frame = line.trim();
    // Frames of the panic machinery itself tell nothing.
    if (frame.startsWith("at ") && !/\bat panic\b/u.test(frame)) {
      lines.push(`  ${frame}`);
    }
  }
  return `${lines.join("\n")}\n`;
}
