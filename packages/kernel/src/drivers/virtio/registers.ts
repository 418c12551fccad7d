// SPDX-License-Identifier: MPL-2.0

/** Registers of the memory-mapped transport, version 2 (virtio 1.2, 4.2.2). */
export const Register = {
  MAGIC: 0x000,
  VERSION: 0x004,
  DEVICE_ID: 0x008,
  DEVICE_FEATURES: 0x010,
  DEVICE_FEATURES_SELECT: 0x014,
  DRIVER_FEATURES: 0x020,
  DRIVER_FEATURES_SELECT: 0x024,
  QUEUE_SELECT: 0x030,
  QUEUE_SIZE_MAX: 0x034,
  QUEUE_SIZE: 0x038,
  QUEUE_READY: 0x044,
  QUEUE_NOTIFY: 0x050,
  INTERRUPT_STATUS: 0x060,
  INTERRUPT_ACKNOWLEDGE: 0x064,
  STATUS: 0x070,
  QUEUE_DESCRIPTORS: 0x080,
  QUEUE_DRIVER: 0x090,
  QUEUE_DEVICE: 0x0a0,
  CONFIG_GENERATION: 0x0fc,
  CONFIG: 0x100,
} as const;

/** "virt", little-endian. */
export const MAGIC_VALUE = 0x7472_6976;

/** Device status bits (2.1). */
export const Status = {
  ACKNOWLEDGE: 1,
  DRIVER: 2,
  DRIVER_OK: 4,
  FEATURES_OK: 8,
  NEEDS_RESET: 64,
  FAILED: 128,
} as const;

/** Bits of INTERRUPT_STATUS. */
export const Interrupt = { USED_BUFFER: 1, CONFIG_CHANGE: 2 } as const;

/** Feature bits above 31 stand in the second word: VIRTIO_F_VERSION_1 is bit 32. */
export const FEATURE_WORD1_VERSION_1 = 1;
/** VIRTIO_F_ACCESS_PLATFORM, bit 33: the device's addresses go through the platform's IOMMU. */
export const FEATURE_WORD1_ACCESS_PLATFORM = 2;

/** Offsets in the common configuration on PCI (4.1.4.3). */
export const Common = {
  DEVICE_FEATURES_SELECT: 0x00,
  DEVICE_FEATURES: 0x04,
  DRIVER_FEATURES_SELECT: 0x08,
  DRIVER_FEATURES: 0x0c,
  CONFIG_VECTOR: 0x10,
  STATUS: 0x14,
  CONFIG_GENERATION: 0x15,
  QUEUE_SELECT: 0x16,
  QUEUE_SIZE: 0x18,
  QUEUE_VECTOR: 0x1a,
  QUEUE_ENABLE: 0x1c,
  QUEUE_NOTIFY_OFFSET: 0x1e,
  QUEUE_DESCRIPTORS: 0x20,
  QUEUE_DRIVER: 0x28,
  QUEUE_DEVICE: 0x30,
  /** Behind the last field that every device has. */
  END: 0x38,
} as const;

/** Structures that a device's capabilities on PCI point to (4.1.4). */
export const Structure = { COMMON: 1, NOTIFY: 2, ISR: 3, DEVICE: 4 } as const;

/** Device types (5). */
export const DeviceType = { NONE: 0, BLOCK: 2, CONSOLE: 3, ENTROPY: 4, NINEP: 9 } as const;
