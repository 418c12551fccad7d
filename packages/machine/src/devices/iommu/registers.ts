// SPDX-License-Identifier: MPL-2.0

/** Register offsets of a DMA remapping unit (VT-d specification 3.3, 10.4). */
export const REG = {
  VERSION: 0x00,
  CAPABILITY: 0x08,
  EXTENDED_CAPABILITY: 0x10,
  GLOBAL_COMMAND: 0x18,
  GLOBAL_STATUS: 0x1c,
  ROOT_TABLE: 0x20,
  FAULT_STATUS: 0x34,
  FAULT_CONTROL: 0x38,
  FAULT_DATA: 0x3c,
  FAULT_ADDRESS: 0x40,
  FAULT_UPPER_ADDRESS: 0x44,
  QUEUE_HEAD: 0x80,
  QUEUE_TAIL: 0x88,
  QUEUE_ADDRESS: 0x90,
  INTERRUPT_TABLE: 0xb8,
  /** Fault records, 16 bytes each; their place is in the capability register. */
  FAULT_RECORDS: 0x200,
} as const;

/** Bits of the global command and status registers. */
export const GLOBAL = {
  TRANSLATION: 0x8000_0000,
  ROOT_TABLE: 0x4000_0000,
  QUEUED_INVALIDATION: 0x0400_0000,
  INTERRUPT_REMAPPING: 0x0200_0000,
  INTERRUPT_TABLE: 0x0100_0000,
  COMPATIBILITY_INTERRUPTS: 0x0080_0000,
} as const;

export const FAULT_RECORD_COUNT = 8;

const RECORDS_AT: number = REG.FAULT_RECORDS / 16;
const SAGAW_3_LEVELS = 2;
const GUEST_ADDRESS_BITS = 39;
const CAPABILITY_LOW: number =
  (6 | (SAGAW_3_LEVELS << 8) | ((GUEST_ADDRESS_BITS - 1) << 16) | (RECORDS_AT << 24)) >>> 0;
const CAPABILITY_HIGH: number =
  (RECORDS_AT >> 8) | (1 << 7) | ((FAULT_RECORD_COUNT - 1) << 8) | (18 << 16);

/** 64 K domains, three-level tables for 39 bits, invalidation by page. */
export const CAPABILITY: readonly [low: number, high: number] = [CAPABILITY_LOW, CAPABILITY_HIGH];
/** Coherent page walks, queued invalidation, interrupt remapping. */
export const EXTENDED_CAPABILITY: readonly [low: number, high: number] = [0b1011, 0];
/** The first address that tables of three levels do not reach. */
export const GUEST_ADDRESS_LIMIT: number = 2 ** GUEST_ADDRESS_BITS;

/** Why a request was refused (7.1.3 and 5.1.4.1 of the specification). */
export const REASON = {
  ROOT_NOT_PRESENT: 1,
  CONTEXT_NOT_PRESENT: 2,
  CONTEXT_INVALID: 3,
  BEYOND_WIDTH: 4,
  WRITE_REFUSED: 5,
  READ_REFUSED: 6,
  TABLE_UNREACHABLE: 7,
  INTERRUPT_INDEX: 0x21,
  INTERRUPT_NOT_PRESENT: 0x22,
  INTERRUPT_TABLE_UNREACHABLE: 0x23,
  INTERRUPT_COMPATIBILITY: 0x25,
  INTERRUPT_SOURCE: 0x26,
} as const;
