// SPDX-License-Identifier: MPL-2.0

import { ERESTARTNOHAND, ERESTARTNOINTR, ERESTARTSYS, ERESTART_RESTARTBLOCK } from "../result.ts";
import type { Result } from "../result.ts";

/** Whether a result says that a signal has interrupted the call. */
export function isRestart(result: Result): boolean {
  return (
    result === ERESTARTSYS ||
    result === ERESTARTNOINTR ||
    result === ERESTARTNOHAND ||
    result === ERESTART_RESTARTBLOCK
  );
}
