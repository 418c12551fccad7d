// SPDX-License-Identifier: MPL-2.0

import { Fields, HEADER_BYTES, type AcpiTable } from "./tables.ts";

/** Where the configuration space of some PCI buses stands in memory (ECAM). */
export interface PciWindow {
  /** Physical address of bus 0's configuration, whether or not bus 0 is among them. */
  readonly base: number;
  readonly segment: number;
  readonly firstBus: number;
  readonly lastBus: number;
}

const ENTRY_BYTES = 16;

/** The windows of the MCFG (PCI Firmware Specification 3.3, 4.1.2); none without that table. */
export function pciWindows(tables: readonly AcpiTable[]): readonly PciWindow[] {
  const windows: PciWindow[] = [];
  for (const { bytes } of tables.filter(({ signature }) => signature === "MCFG")) {
    const fields = new Fields(bytes);
    for (let at = HEADER_BYTES + 8; at + ENTRY_BYTES <= bytes.length; at += ENTRY_BYTES) {
      windows.push({
        base: fields.number64(at),
        segment: fields.u16(at + 8),
        firstBus: fields.u8(at + 10),
        lastBus: fields.u8(at + 11),
      });
    }
  }
  return windows;
}
