// SPDX-License-Identifier: MPL-2.0

export type { BootInfo, MemoryRegion, MemoryRegionType, ProcessorIdentity } from "./boot-info.ts";
export type { AccessWidth, Hardware, RamWindow, UserFrame } from "./hardware.ts";
export * as x86_64 from "./arch/x86_64.ts";
export {
  acpiTables,
  dmaUnits,
  fixedDescription,
  interruptControllers,
  pciWindows,
  scanForRsdp,
} from "./acpi/index.ts";
export type {
  AcpiTable,
  DmaUnit,
  FixedDescription,
  InterruptControllers,
  PciWindow,
  ReadByte,
} from "./acpi/index.ts";
export { MachineStopped, type StopReason } from "./machine-stopped.ts";
