// SPDX-License-Identifier: MPL-2.0

/**
 * The physical address map and the interrupt lines of the built-in machine.
 *
 * RAM starts at 0 and ends below the devices. Each virtio-mmio device has a page
 * of its own from `VIRTIO_MMIO_BASE` up, and the interrupt line of the same rank. With PCI,
 * device n of bus 0 is the nth virtio device, from 1 on; so its DMA is known to the IOMMU on
 * either bus.
 */

export const PAGE_SIZE = 4096;
/** A window of RAM is at most 1 GiB (`RamWindow`). */
export const MAX_RAM_WINDOW_BYTES = 0x4000_0000;
export const MIN_RAM_BYTES: number = 8 * 1024 * 1024;
/** RAM must end here: the CPU's own tables share a 4 GiB memory with it, and devices stand above. */
export const MAX_RAM_BYTES = 0xc000_0000;
export const DEFAULT_RAM_BYTES: number = 256 * 1024 * 1024;

export const VIRTIO_MMIO_BASE = 0xd000_0000;
/** Register block and configuration space of one device. */
export const VIRTIO_MMIO_SIZE = 0x200;
export const VIRTIO_MMIO_STRIDE: number = PAGE_SIZE;
export const VIRTIO_MAX_DEVICES = 16;

/** Configuration space of PCI bus 0 (ECAM). */
export const PCI_CONFIG_BASE = 0xe000_0000;
export const PCI_CONFIG_SIZE = 0x10_0000;
/** Where the devices' registers stand on PCI, as a firmware would have placed them. */
export const PCI_BAR_BASE = 0xd100_0000;
export const PCI_BAR_STRIDE = 0x1_0000;
export const IOMMU_BASE = 0xfed9_0000;
export const IOMMU_SIZE: number = PAGE_SIZE;

export const INTERRUPT_LINES = 32;
export const TIMER_LINE = 0;
/** Lines 1 to 15 have no wires: they are for messages. On PCI all lines but the timer's are. */
export const FIRST_MESSAGE_LINE = 1;
export const FIRST_VIRTIO_LINE = 16;
