// SPDX-License-Identifier: MPL-2.0

import type { Process } from "./process.ts";

/** Limits of the whole system that a program can meet; bits. */
export const LimitHit = { MEMORY: 1, PROCESSES: 2 } as const;

/**
 * Which limits the commands of the host have met. A program sees an errno or a signal, and its
 * host would have to guess: the agent tells it (agent/).
 */
export class LimitHits {
  /** Bits of `LimitHit` by the number of the command. */
  private readonly hits: Map<number, number> = new Map();

  /** `process` met a limit. */
  record(process: Process, hit: number): void {
    const { commandId } = process;
    if (commandId !== 0) this.hits.set(commandId, (this.hits.get(commandId) ?? 0) | hit);
  }

  /** What a command has met so far; forgets it. */
  take(commandId: number): number {
    const bits = this.hits.get(commandId) ?? 0;
    this.hits.delete(commandId);
    return bits;
  }
}
