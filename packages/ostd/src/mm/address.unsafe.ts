// SPDX-License-Identifier: MPL-2.0

import { MAX_USERSPACE_VADDR } from "./page.ts";
import type { Daddr, Paddr, UserAddr } from "./page.ts";

// SAFETY: the only places where a number becomes an address of each kind. Callers inside OSTD
// pass addresses of frames that they hold, so a minted address is one that exists.

export function mintPaddr(value: number): Paddr {
  return value as Paddr;
}

export function mintDaddr(value: number): Daddr {
  return value as Daddr;
}

/** `value` as a user address, or undefined when it is no integer below `MAX_USERSPACE_VADDR`. */
export function userAddr(value: number): UserAddr | undefined {
  if (!Number.isInteger(value) || value < 0 || value >= MAX_USERSPACE_VADDR) {
    return undefined;
  }
  return value as UserAddr;
}
