// SPDX-License-Identifier: MPL-2.0

import { Fields, HEADER_BYTES, type AcpiTable } from "./tables.ts";

/** A DMA remapping unit (VT-d). */
export interface DmaUnit {
  /** Physical address of its registers, one page. */
  readonly registers: number;
  readonly segment: number;
  /** Whether it stands before all devices that no other unit names. */
  readonly includesAll: boolean;
  /** The source of the messages of each I/O APIC behind it, as bus * 256 + device * 8 + function. */
  readonly ioApicSources: readonly number[];
}

const TYPE_UNIT = 0;
const INCLUDES_ALL = 1;
const UNIT_BYTES = 16;
const SCOPE_IO_APIC = 3;
const SCOPE_BYTES = 8;

/** The units of the DMAR (VT-d specification 3.3, 8.3); none without that table. */
export function dmaUnits(tables: readonly AcpiTable[]): readonly DmaUnit[] {
  const table = tables.find(({ signature }) => signature === "DMAR");
  if (table === undefined) return [];
  const fields = new Fields(table.bytes);
  const units: DmaUnit[] = [];
  let at = HEADER_BYTES + 12;
  while (at + 4 <= table.bytes.length) {
    const length = fields.u16(at + 2);
    // A structure without a length would never end.
    if (length < 4) break;
    if (fields.u16(at) === TYPE_UNIT && length >= UNIT_BYTES) {
      units.push({
        registers: fields.number64(at + 8),
        segment: fields.u16(at + 6),
        includesAll: (fields.u8(at + 4) & INCLUDES_ALL) !== 0,
        ioApicSources: ioApicSources(fields, at + UNIT_BYTES, at + length),
      });
    }
    at += length;
  }
  return units;
}

function ioApicSources(fields: Fields, start: number, end: number): number[] {
  const sources: number[] = [];
  let at = start;
  while (at + SCOPE_BYTES <= end) {
    const length = fields.u8(at + 1);
    if (length < SCOPE_BYTES) break;
    // A path of one step: a device on the start bus.
    if (fields.u8(at) === SCOPE_IO_APIC) {
      sources.push(fields.u8(at + 5) * 256 + fields.u8(at + 6) * 8 + fields.u8(at + 7));
    }
    at += length;
  }
  return sources;
}
