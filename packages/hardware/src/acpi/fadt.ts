// SPDX-License-Identifier: MPL-2.0

import { Fields, type AcpiTable } from "./tables.ts";

/** The fixed hardware of ACPI that we use. */
export interface FixedDescription {
  /** I/O port of the power management timer, which counts at 3.579545 MHz; undefined without one. */
  readonly timerPort: number | undefined;
  /** Whether that timer has 32 bits; it has 24 otherwise. */
  readonly timerIs32Bits: boolean;
  /** What resets the machine: `value`, written to an I/O port. */
  readonly reset: { readonly port: number; readonly value: number } | undefined;
}

const TIMER_BLOCK = 76;
const TIMER_BYTES = 91;
const FLAGS = 112;
const RESET_REGISTER = 116;
const RESET_VALUE = 128;
const FLAG_TIMER_32 = 1 << 8;
const FLAG_RESET = 1 << 10;
const SPACE_IO = 1;

/** What the FADT says (ACPI 6.4, 5.2.9); undefined without that table. */
export function fixedDescription(tables: readonly AcpiTable[]): FixedDescription | undefined {
  const table = tables.find(({ signature }) => signature === "FACP");
  if (table === undefined) return undefined;
  const fields = new Fields(table.bytes);
  const flags = fields.u32(FLAGS);
  const timerPort = fields.u32(TIMER_BLOCK);
  const hasReset = (flags & FLAG_RESET) !== 0 && fields.u8(RESET_REGISTER) === SPACE_IO;
  return {
    timerPort: fields.u8(TIMER_BYTES) === 4 && timerPort !== 0 ? timerPort : undefined,
    timerIs32Bits: (flags & FLAG_TIMER_32) !== 0,
    reset: hasReset
      ? { port: fields.number64(RESET_REGISTER + 4), value: fields.u8(RESET_VALUE) }
      : undefined,
  };
}
