// SPDX-License-Identifier: MPL-2.0

import { SIGNAL_COUNT, signalName as kernelSignalName } from "@aster/kernel/agent";
import { SandboxError } from "../errors.ts";

/** Any of signal(7), such as "SIGTERM" or "SIGRT_3", or its number on x86-64. */
export type GuestSignal = `SIG${string}` | number;

export const SIGKILL = 9;

export function signalNumber(signal: GuestSignal): number {
  for (let number = 1; number <= SIGNAL_COUNT; number++) {
    if (signal === number || signal === kernelSignalName(number)) return number;
  }
  throw new SandboxError("bad-option", `${signal} is no signal`);
}

export function signalName(number: number): string {
  return kernelSignalName(number);
}
