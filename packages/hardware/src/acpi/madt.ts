// SPDX-License-Identifier: MPL-2.0

import { Fields, HEADER_BYTES, type AcpiTable } from "./tables.ts";

/** Where interrupts go on this machine. */
export interface InterruptControllers {
  readonly localApic: number;
  /** APIC numbers of the CPUs that may be used. */
  readonly cpus: readonly number[];
  readonly ioApics: readonly IoApic[];
  /** Lines of the old interrupt controllers that lead elsewhere, or with other signals. */
  readonly overrides: readonly InterruptOverride[];
}

interface IoApic {
  readonly id: number;
  readonly address: number;
  /** The interrupt line of its first input. */
  readonly firstLine: number;
}

interface InterruptOverride {
  readonly isaLine: number;
  readonly line: number;
  readonly activeLow: boolean;
  readonly level: boolean;
}

const TYPE_CPU = 0;
const TYPE_IO_APIC = 1;
const TYPE_OVERRIDE = 2;
const TYPE_LOCAL_APIC_ADDRESS = 5;
const CPU_ENABLED = 1;
const POLARITY_LOW = 3;
const TRIGGER_LEVEL = 3;

/** What the MADT says (ACPI 6.4, 5.2.12); undefined without that table. */
export function interruptControllers(
  tables: readonly AcpiTable[],
): InterruptControllers | undefined {
  const table = tables.find(({ signature }) => signature === "APIC");
  if (table === undefined) return undefined;
  const fields = new Fields(table.bytes);
  let localApic = fields.u32(HEADER_BYTES);
  const cpus: number[] = [];
  const ioApics: IoApic[] = [];
  const overrides: InterruptOverride[] = [];
  let at = HEADER_BYTES + 8;
  while (at + 2 <= table.bytes.length) {
    const length = fields.u8(at + 1);
    // A structure without a length would never end.
    if (length < 2) break;
    switch (fields.u8(at)) {
      case TYPE_CPU:
        if ((fields.u32(at + 4) & CPU_ENABLED) !== 0) cpus.push(fields.u8(at + 3));
        break;
      case TYPE_IO_APIC:
        ioApics.push({
          id: fields.u8(at + 2),
          address: fields.u32(at + 4),
          firstLine: fields.u32(at + 8),
        });
        break;
      case TYPE_OVERRIDE: {
        const flags = fields.u16(at + 8);
        overrides.push({
          isaLine: fields.u8(at + 3),
          line: fields.u32(at + 4),
          activeLow: (flags & 3) === POLARITY_LOW,
          level: ((flags >> 2) & 3) === TRIGGER_LEVEL,
        });
        break;
      }
      case TYPE_LOCAL_APIC_ADDRESS:
        localApic = fields.number64(at + 4);
        break;
    }
    at += length;
  }
  return { localApic, cpus, ioApics, overrides };
}
