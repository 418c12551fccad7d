// SPDX-License-Identifier: MPL-2.0

import { system } from "../current.unsafe.ts";
import type { UserPageFaultHandler } from "../system.unsafe.ts";

export type { UserPageFaultHandler };

/**
 * Calls `handler` when the kernel's access to user memory meets a page that is missing or may not
 * be accessed so. True means "resolved, try again"; false ends the access with a short count.
 */
export function injectUserPageFaultHandler(handler: UserPageFaultHandler): void {
  system().userPageFaultHandler = handler;
}
