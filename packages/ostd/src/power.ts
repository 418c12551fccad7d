// SPDX-License-Identifier: MPL-2.0

import { system } from "./current.unsafe.ts";
import type { System } from "./system.unsafe.ts";

/** Exit codes with a meaning for OSTD; a kernel may use any other from 0 to 255. */
export const ExitCode = {
  SUCCESS: 0,
  FAILURE: 1,
} as const;

/** Stops the system; the host sees `code` (0…255). */
export function poweroff(code: number = ExitCode.SUCCESS): never {
  const owner: System = system();
  const wanted = code & 0xff;
  try {
    owner.poweroffHandler?.(wanted);
  } finally {
    // Whatever the handler throws, the system ends.
    owner.powerOff(wanted);
  }
}

/** Restarts the machine. */
export function restart(): never {
  const owner: System = system();
  try {
    owner.restartHandler?.();
  } finally {
    owner.restart();
  }
}

/** Calls `handler` before the machine powers off; the first one stays: false for later ones. */
export function injectPoweroffHandler(handler: (code: number) => void): boolean {
  const owner = system();
  if (owner.poweroffHandler !== undefined) {
    return false;
  }
  owner.poweroffHandler = handler;
  return true;
}

/** Calls `handler` before the machine restarts; the first one stays: false for later ones. */
export function injectRestartHandler(handler: () => void): boolean {
  const owner = system();
  if (owner.restartHandler !== undefined) {
    return false;
  }
  owner.restartHandler = handler;
  return true;
}
