// SPDX-License-Identifier: MPL-2.0

import type { AccessWidth } from "@aster/hardware";
import type { GuestMemory } from "../guest-memory.ts";
import {
  VIRTIO_F_ACCESS_PLATFORM,
  VIRTIO_F_INDIRECT_DESC,
  VIRTIO_F_VERSION_1,
  type VirtioDevice,
  type VirtioTransport,
} from "./device.ts";
import { VirtQueue } from "./queue.ts";

/** Device status bits (virtio 1.2, 2.1). */
export const STATUS = {
  ACKNOWLEDGE: 1,
  DRIVER: 2,
  DRIVER_OK: 4,
  FEATURES_OK: 8,
  NEEDS_RESET: 64,
  FAILED: 128,
} as const;

const TWO_32 = 0x1_0000_0000;

/** The addresses of a queue's parts. */
export const QUEUE_PART = { DESCRIPTORS: 0, DRIVER: 1, DEVICE: 2 } as const;
export type QueuePart = (typeof QUEUE_PART)[keyof typeof QUEUE_PART];

/** What a virtio device has on every bus: features, status, queues (virtio 1.2, 2). */
export abstract class VirtioFunction implements VirtioTransport {
  /** Why the device wants a reset; for the host's eyes. */
  failure: string | undefined;

  readonly memory: GuestMemory;
  protected readonly device: VirtioDevice;
  protected readonly queues: readonly VirtQueue[];
  protected offeredSelect = 0;
  protected acceptedSelect = 0;
  protected queueSelect = 0;
  protected status = 0;
  protected configGeneration = 0;
  /** Offered and accepted features, as two 32-bit words. */
  private readonly offered: readonly [number, number];
  private readonly accepted: [number, number] = [0, 0];

  /** `isTranslated`: the device's addresses go through an IOMMU. */
  constructor(device: VirtioDevice, memory: GuestMemory, isTranslated: boolean) {
    this.device = device;
    this.memory = memory;
    this.queues = device.queueSizes.map((size) => new VirtQueue(memory, size));
    this.offered = [
      (device.deviceFeatures | (1 << VIRTIO_F_INDIRECT_DESC)) >>> 0,
      (1 << (VIRTIO_F_VERSION_1 - 32)) | (isTranslated ? 1 << (VIRTIO_F_ACCESS_PLATFORM - 32) : 0),
    ];
    device.attach(this);
  }

  abstract sendMessage(address: number, data: number): void;

  /** Interrupts for used buffers of a queue. */
  protected abstract signalQueue(queue: VirtQueue): void;
  /** Interrupts for a change of the configuration. */
  protected abstract signalConfig(): void;
  /** The device was reset: no interrupt is asserted. */
  protected abstract clearSignals(): void;

  // --- What the device asks for

  get running(): boolean {
    const up = STATUS.DRIVER_OK | STATUS.FEATURES_OK;
    return (this.status & (up | STATUS.NEEDS_RESET | STATUS.FAILED)) === up;
  }

  queue(index: number): VirtQueue {
    const queue = this.queues[index];
    if (queue === undefined) throw new RangeError(`no queue ${index}`);
    return queue;
  }

  hasFeature(bit: number): boolean {
    const word = this.accepted[bit >>> 5];
    return word !== undefined && ((word >>> (bit & 31)) & 1) === 1;
  }

  usedBuffers(queue: VirtQueue): void {
    if (queue.broken !== undefined) this.fail(queue.broken);
    else if (queue.wantsInterrupt()) this.signalQueue(queue);
  }

  configChanged(): void {
    this.configGeneration = (this.configGeneration + 1) | 0;
    if ((this.status & STATUS.DRIVER_OK) !== 0) this.signalConfig();
  }

  fail(reason: string): void {
    if ((this.status & STATUS.NEEDS_RESET) !== 0) return;
    this.failure = reason;
    this.status |= STATUS.NEEDS_RESET;
    // 2.1.2: after DRIVER_OK the driver must hear of it.
    if ((this.status & STATUS.DRIVER_OK) !== 0) this.signalConfig();
  }

  // --- What the driver does, whatever the registers look like

  protected offeredFeatures(): number {
    return (this.offered[this.offeredSelect] ?? 0) >>> 0;
  }

  /** Fixed from FEATURES_OK on (3.1.1). */
  protected acceptFeatures(word: number): void {
    if (this.acceptedSelect < 2 && (this.status & STATUS.FEATURES_OK) === 0) {
      this.accepted[this.acceptedSelect] = word;
    }
  }

  protected acceptedFeatures(): number {
    return (this.accepted[this.acceptedSelect] ?? 0) >>> 0;
  }

  protected selectedQueue(): VirtQueue | undefined {
    return this.queues[this.queueSelect];
  }

  protected setQueueReady(isReady: boolean): void {
    const queue = this.selectedQueue();
    if (queue === undefined) return;
    if (!isReady) {
      queue.ready = false;
    } else if (!queue.ready) {
      queue.indirectAllowed = this.hasFeature(VIRTIO_F_INDIRECT_DESC);
      queue.enable();
      if (queue.broken !== undefined) this.fail(queue.broken);
    }
  }

  /** 4.2.2.2: the driver changes nothing else of a queue that is ready. */
  protected setQueueSize(size: number): void {
    const queue = this.selectedQueue();
    if (queue !== undefined && !queue.ready) queue.size = size;
  }

  /** Sets the low or high half of the address of a part of the selected queue. */
  protected setQueueAddress(part: QueuePart, isHigh: boolean, word: number): void {
    const queue = this.selectedQueue();
    if (queue === undefined || queue.ready) return;
    const change = isHigh ? withHigh : withLow;
    if (part === QUEUE_PART.DESCRIPTORS)
      queue.descriptorTable = change(queue.descriptorTable, word);
    else if (part === QUEUE_PART.DRIVER) queue.availableRing = change(queue.availableRing, word);
    else queue.usedRing = change(queue.usedRing, word);
  }

  protected writeStatus(status: number): void {
    if (status === 0) {
      this.reset();
      return;
    }
    let next = status & ~STATUS.NEEDS_RESET;
    if ((next & STATUS.FEATURES_OK) !== 0 && !this.featuresAcceptable()) {
      next &= ~STATUS.FEATURES_OK;
    }
    const wasRunning = this.running;
    // The driver cannot clear a bit but by a reset (2.1.1).
    this.status |= next;
    if (!wasRunning && this.running) this.device.start();
  }

  protected notifyQueue(index: number): void {
    const queue = this.queues[index];
    if (queue === undefined || !this.running || !queue.ready) return;
    this.device.notify(index);
    if (queue.broken !== undefined) this.fail(queue.broken);
  }

  protected readConfig(offset: number, width: AccessWidth): number {
    let value = 0;
    for (let i = width - 1; i >= 0; i--) {
      value = value * 256 + (this.device.config[offset + i] ?? 0);
    }
    return value;
  }

  protected writeConfig(offset: number, width: AccessWidth, value: number): void {
    if (this.running) this.device.configWritten(offset, width, value);
  }

  /** Also where a driver must know of translation: 6.1, VIRTIO_F_ACCESS_PLATFORM. */
  private featuresAcceptable(): boolean {
    const [low, high] = this.accepted;
    const unknown = (low & ~this.offered[0]) | (high & ~this.offered[1]);
    return unknown === 0 && high === this.offered[1];
  }

  private reset(): void {
    this.status = 0;
    this.accepted[0] = 0;
    this.accepted[1] = 0;
    this.offeredSelect = 0;
    this.acceptedSelect = 0;
    this.queueSelect = 0;
    this.failure = undefined;
    this.clearSignals();
    for (const queue of this.queues) queue.reset();
    this.device.reset();
  }
}

function withLow(address: number, low: number): number {
  return Math.floor(address / TWO_32) * TWO_32 + low;
}

function withHigh(address: number, high: number): number {
  return (address % TWO_32) + high * TWO_32;
}
