// SPDX-License-Identifier: MPL-2.0

/** Register offsets of a remapping unit (VT-d specification 3.3, 10.4). */
export const Register = {
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
} as const;

/** Bits of the global command and status registers. */
export const Global = {
  TRANSLATION: 0x8000_0000,
  ROOT_TABLE: 0x4000_0000,
  WRITE_BUFFER_FLUSH: 0x0800_0000,
  QUEUED_INVALIDATION: 0x0400_0000,
  INTERRUPT_REMAPPING: 0x0200_0000,
  INTERRUPT_TABLE: 0x0100_0000,
} as const;

/** Status bits that a command must repeat; the others are of one command each (10.4.4). */
export const LASTING_STATUS = 0x96ff_ffff;

/** Fault status. */
export const Fault = { OVERFLOW: 1, PENDING: 2, INVALIDATION: 0x10 } as const;

/** First words of invalidation descriptors (6.5.2). */
export const Invalidate = {
  /** All of the context cache. */
  CONTEXT: 0x11,
  /** All translations, draining reads and writes on their way. */
  ALL: 0xd2,
  /** One page of the domain in the upper half. */
  PAGE: 0xf2,
  /** All of the interrupt entry cache. */
  INTERRUPTS: 4,
} as const;
