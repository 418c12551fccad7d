// SPDX-License-Identifier: MPL-2.0

import { signalName } from "./signals.ts";

/** How a command ended. */
export interface ExitStatus {
  /** The command's own, or 128 + signal. */
  readonly exitCode: number;
  /** The signal that killed it, such as "SIGKILL". */
  readonly signal?: string;
}

/** Reads a status word as wait(2) gives it. */
export function exitStatus(status: number): ExitStatus {
  const signal = status & 0x7f;
  if (signal === 0) return { exitCode: (status >>> 8) & 0xff };
  return { exitCode: 128 + signal, signal: signalName(signal) };
}
