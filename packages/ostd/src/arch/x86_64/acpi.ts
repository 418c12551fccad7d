// SPDX-License-Identifier: MPL-2.0

import { acpiTables } from "@aster/hardware";
import type { AcpiTable, Hardware } from "@aster/hardware";
import type { Ram } from "../../mm/ram.unsafe.ts";

/** The firmware's tables, read once at boot; none on a machine without them. */
export function readAcpiTables(hardware: Hardware, ram: Ram): readonly AcpiTable[] {
  const { acpiRsdp } = hardware.bootInfo;
  if (acpiRsdp === undefined) {
    return [];
  }
  // Firmware puts them in RAM, or in memory that the loader's map reserves.
  const read = (address: number): number =>
    ram.contains(address, 1) ? ram.readU8(address) : hardware.mmioRead(address, 1);
  return acpiTables(read, acpiRsdp);
}
