// SPDX-License-Identifier: MPL-2.0

import { LimitHit } from "@aster/kernel/agent";
import type { LimitName } from "../errors.ts";
import { signalName } from "./signals.ts";

/** How a command ended. */
export interface ExitStatus {
  /** The command's own, or 128 + signal. */
  readonly exitCode: number;
  /** The signal that killed it, such as "SIGKILL". */
  readonly signal?: string;
  /** Limits of the system that it, or what it started, met on the way; absent when there are none. */
  readonly limitsHit?: readonly LimitName[];
}

/** Reads a status word as wait(2) gives it, and the bits of `LimitHit`. */
export function exitStatus(status: number, limitHits: number): ExitStatus {
  const signal = status & 0x7f;
  const limitsHit = limitNames(limitHits);
  return {
    exitCode: signal === 0 ? (status >>> 8) & 0xff : 128 + signal,
    ...(signal !== 0 && { signal: signalName(signal) }),
    ...(limitsHit.length > 0 && { limitsHit }),
  };
}

function limitNames(bits: number): LimitName[] {
  const names: LimitName[] = [];
  if ((bits & LimitHit.MEMORY) !== 0) names.push("memory");
  if ((bits & LimitHit.PROCESSES) !== 0) names.push("processes");
  return names;
}
