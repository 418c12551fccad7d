// SPDX-License-Identifier: MPL-2.0

type Range = readonly [start: number, end: number];

/** Physical addresses that no driver gets: I/O APIC, HPET, local APIC (and MSI writes). */
export const SENSITIVE_IO_MEMORY: readonly Range[] = [
  [0xfec0_0000, 0xfec0_1000],
  [0xfed0_0000, 0xfed0_1000],
  [0xfee0_0000, 0xfef0_0000],
];

/** Ports that no driver gets: the 8259A pair, their edge registers, and the PIT. */
export const SENSITIVE_IO_PORTS: readonly Range[] = [
  [0x20, 0x22],
  [0xa0, 0xa2],
  [0x4d0, 0x4d2],
  [0x40, 0x44],
];
