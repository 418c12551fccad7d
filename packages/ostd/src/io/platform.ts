// SPDX-License-Identifier: MPL-2.0

import { pciWindows } from "@aster/hardware";
import type { PciWindow } from "@aster/hardware";
import type { DeviceFault } from "../arch/x86_64/iommu/faults.ts";
import { system } from "../current.unsafe.ts";

/** Where PCI's configuration space stands in memory (ACPI's MCFG); none where ports are the way. */
export function pciConfigWindows(): readonly PciWindow[] {
  return pciWindows(system().acpi);
}

/** Whether an IOMMU keeps devices from all memory that is not mapped for DMA. */
export function isDmaGuarded(): boolean {
  return system().dma.isGuarded;
}

/** The last requests of devices that the IOMMU refused, the oldest first; at most 64. */
export function deviceFaults(): readonly DeviceFault[] {
  const { iommu } = system();
  iommu?.collectFaults();
  return iommu?.faults.recent ?? [];
}
