// SPDX-License-Identifier: MPL-2.0
// What we read of the firmware's ACPI tables: those that need no interpreter of AML.

export { acpiTables, scanForRsdp } from "./tables.ts";
export type { AcpiTable, ReadByte } from "./tables.ts";
export { dmaUnits } from "./dmar.ts";
export type { DmaUnit } from "./dmar.ts";
export { fixedDescription } from "./fadt.ts";
export type { FixedDescription } from "./fadt.ts";
export { interruptControllers } from "./madt.ts";
export type { InterruptControllers } from "./madt.ts";
export { pciWindows } from "./mcfg.ts";
export type { PciWindow } from "./mcfg.ts";
