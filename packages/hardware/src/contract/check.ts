// SPDX-License-Identifier: MPL-2.0

import type { Hardware } from "../hardware.ts";

/** Makes a fresh machine, powered on, with at least 16 MiB of RAM. */
export type HardwareFactory = () => Hardware;

/** One promise of the `Hardware` interface. Throws, or rejects, when it is broken. */
export interface ContractCheck {
  readonly name: string;
  run(create: HardwareFactory): void | Promise<void>;
}

export function assert(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what);
}

/** Numbers are shown in hexadecimal too, as most are addresses or bit sets. */
export function assertEqual(actual: number, expected: number, what: string): void {
  if (actual !== expected) {
    throw new Error(`${what}: expected ${describe(expected)}, got ${describe(actual)}`);
  }
}

function describe(value: number): string {
  return Number.isInteger(value) ? `${value} (0x${value.toString(16)})` : String(value);
}
