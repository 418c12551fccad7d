// SPDX-License-Identifier: MPL-2.0

import type { IrqCallbackHandle } from "@aster/ostd";
import { FEATURE_WORD1_ACCESS_PLATFORM, FEATURE_WORD1_VERSION_1, Status } from "./registers.ts";
import { VirtQueue } from "./queue.ts";

/** How often a configuration that keeps changing is read again before the value is taken as it is. */
const CONFIG_READ_TRIES = 16;
/** A device may take its time for a reset (virtio 1.2, 4.1.4.3.2); far more polls than that. */
const RESET_POLLS_MAX = 1_000_000;

/** Gets the bits of `Interrupt` that an interrupt is about. */
export type InterruptHandler = (status: number, line: number) => void;

/** One virtio device on any bus, seen from its driver (virtio 1.2, 2 and 3.1.1). */
export abstract class VirtioTransport {
  abstract readonly deviceType: number;
  /** Whether the device's addresses go through what the platform has (an IOMMU). */
  usesPlatformAccess = false;

  protected abstract status: number;
  protected abstract deviceFeatures(word: number): number;
  protected abstract setDriverFeatures(word: number, features: number): void;
  /** Selects queue `index`; its largest size (0 where there is none), or what is wrong. */
  protected abstract selectQueue(index: number): number | string;
  /** Tells the device where the selected queue is, and to use it; what is wrong, if anything. */
  protected abstract enableQueue(queue: VirtQueue): string | undefined;
  protected abstract readonly configGeneration: number;

  abstract readConfigU8(offset: number): number;
  abstract readConfigU16(offset: number): number;
  abstract readConfigU32(offset: number): number;
  protected abstract tellDevice(queue: VirtQueue): void;
  /** Has `handler` called in interrupt context until all that is returned was dropped. */
  abstract onInterrupt(handler: InterruptHandler): readonly IrqCallbackHandle[];
  /** Resets the device, and gives registers and lines back. */
  abstract drop(): void;

  /**
   * Resets the device and agrees on features: VERSION_1, platform access where the device has it,
   * and those of `wanted` (bits 0…31) that it has. Returns the latter, or what is wrong.
   */
  negotiate(wanted: number): number | string {
    this.status = 0;
    let polls = 0;
    while (this.status !== 0) {
      if (polls++ > RESET_POLLS_MAX) return "the device does not finish its reset";
    }
    this.addStatus(Status.ACKNOWLEDGE);
    this.addStatus(Status.DRIVER);
    const low = (this.deviceFeatures(0) & wanted) >>> 0;
    const high = this.deviceFeatures(1) & (FEATURE_WORD1_VERSION_1 | FEATURE_WORD1_ACCESS_PLATFORM);
    if ((high & FEATURE_WORD1_VERSION_1) === 0) {
      return "the device does not offer VIRTIO_F_VERSION_1";
    }
    this.usesPlatformAccess = (high & FEATURE_WORD1_ACCESS_PLATFORM) !== 0;
    this.setDriverFeatures(0, low);
    this.setDriverFeatures(1, high);
    this.addStatus(Status.FEATURES_OK);
    if ((this.status & Status.FEATURES_OK) === 0) return "the device refused the features";
    return low;
  }

  /** Sets queue `index` up with at most `maxSize` descriptors, or says what is wrong. */
  createQueue(index: number, maxSize: number): VirtQueue | string {
    const deviceMax = this.selectQueue(index);
    if (typeof deviceMax === "string") return deviceMax;
    if (deviceMax === 0) return `the device has no queue ${index}`;
    const queue = VirtQueue.create(index, powerOfTwoUpTo(Math.min(maxSize, deviceMax)));
    if (queue === undefined) return "out of memory";
    return this.enableQueue(queue) ?? queue;
  }

  /** The driver is ready: the device may begin. */
  start(): void {
    this.addStatus(Status.DRIVER_OK);
  }

  /** Gives the device up: it is told, and nothing is sent to it any more. */
  markFailed(): void {
    this.addStatus(Status.FAILED);
  }

  get needsReset(): boolean {
    return (this.status & Status.NEEDS_RESET) !== 0;
  }

  /** Tells the device of buffers in `queue`, unless it said that it looks by itself. */
  notify(queue: VirtQueue): void {
    if (queue.wantsNotification) this.tellDevice(queue);
  }

  /** A 64-bit field, read so that both halves belong together (2.5.3). */
  readConfigU64(offset: number): number {
    let value = 0;
    for (let tries = 0; tries < CONFIG_READ_TRIES; tries++) {
      const before = this.configGeneration;
      value = this.readConfigU32(offset) + this.readConfigU32(offset + 4) * 0x1_0000_0000;
      if (this.configGeneration === before) break;
    }
    return value;
  }

  private addStatus(bit: number): void {
    this.status |= bit;
  }
}

function powerOfTwoUpTo(most: number): number {
  let size = 1;
  while (size * 2 <= most) size *= 2;
  return size;
}
