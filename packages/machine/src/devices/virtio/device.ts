// SPDX-License-Identifier: MPL-2.0

import type { AccessWidth } from "@aster/hardware";
import type { GuestMemory } from "../guest-memory.ts";
import type { VirtQueue } from "./queue.ts";

/** Feature bits of every device (virtio 1.2, 6). */
export const VIRTIO_F_INDIRECT_DESC = 28;
export const VIRTIO_F_VERSION_1 = 32;
/** The device's addresses are translated; the driver must know (virtio 1.2, 6). */
export const VIRTIO_F_ACCESS_PLATFORM = 33;

/** What a device model offers its transport. */
export interface VirtioDevice {
  /** Virtio 1.2, 5: 2 block, 3 console, 4 entropy. */
  readonly deviceId: number;
  /** Feature bits of the device type (0…23) that are offered; the transport adds its own. */
  readonly deviceFeatures: number;
  /** The largest size of each queue, a power of two. */
  readonly queueSizes: readonly number[];
  /** Device-specific configuration, as bytes. */
  readonly config: Uint8Array;
  /** Called once, when the device is put into a machine. */
  attach(transport: VirtioTransport): void;
  /** The driver set DRIVER_OK. */
  start(): void;
  /** The driver put buffers into queue `index`. Only called between start and reset. */
  notify(index: number): void;
  /** The driver wrote to the configuration space. */
  configWritten(offset: number, width: AccessWidth, value: number): void;
  reset(): void;
}

/** What a transport gives its device. */
export interface VirtioTransport {
  /** RAM as this device reaches it. */
  readonly memory: GuestMemory;
  /** Writes an interrupt message of any content; nothing happens on a bus with wires. */
  sendMessage(address: number, data: number): void;
  queue(index: number): VirtQueue;
  /** The driver is up and the device sound: queues may be used. */
  readonly running: boolean;
  hasFeature(bit: number): boolean;
  /** Buffers of `queue` were used: raises the interrupt unless the driver wants none. */
  usedBuffers(queue: VirtQueue): void;
  /** Something in the configuration space changed. */
  configChanged(): void;
  /** The driver broke a rule: sets NEEDS_RESET. */
  fail(reason: string): void;
}
