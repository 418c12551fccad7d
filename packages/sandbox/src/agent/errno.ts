// SPDX-License-Identifier: MPL-2.0

import { Errno } from "@aster/kernel/agent";

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(Errno).map(([name, number]) => [number, name]),
);

/** "ENOENT" for 2. */
export function errnoName(errno: number): string {
  return NAMES.get(errno) ?? `errno ${errno}`;
}
