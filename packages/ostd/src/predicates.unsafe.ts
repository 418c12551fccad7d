// SPDX-License-Identifier: MPL-2.0

// SAFETY: the compiler believes what these functions say they prove, so each proves just that.

import type { OstdError } from "./error.ts";
import { panic } from "./panic.ts";

/** Panics unless `condition` holds. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) {
    panic(message);
  }
}

/** Whether the result of an OSTD operation is an error. */
export function isOstdError(value: unknown): value is OstdError {
  return (
    value === "InvalidArgs" ||
    value === "NoMemory" ||
    value === "PageFault" ||
    value === "AccessDenied" ||
    value === "IoError" ||
    value === "NotEnoughResources" ||
    value === "Overflow"
  );
}
