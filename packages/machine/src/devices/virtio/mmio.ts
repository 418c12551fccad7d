// SPDX-License-Identifier: MPL-2.0

import type { AccessWidth } from "@aster/hardware";
import type { GuestMemory } from "../guest-memory.ts";
import {
  VIRTIO_F_INDIRECT_DESC,
  VIRTIO_F_VERSION_1,
  type VirtioDevice,
  type VirtioTransport,
} from "./device.ts";
import { VirtQueue } from "./queue.ts";

/** Register offsets (virtio 1.2, 4.2.2). */
export const REG = {
  MAGIC_VALUE: 0x000,
  VERSION: 0x004,
  DEVICE_ID: 0x008,
  VENDOR_ID: 0x00c,
  DEVICE_FEATURES: 0x010,
  DEVICE_FEATURES_SEL: 0x014,
  DRIVER_FEATURES: 0x020,
  DRIVER_FEATURES_SEL: 0x024,
  QUEUE_SEL: 0x030,
  QUEUE_NUM_MAX: 0x034,
  QUEUE_NUM: 0x038,
  QUEUE_READY: 0x044,
  QUEUE_NOTIFY: 0x050,
  INTERRUPT_STATUS: 0x060,
  INTERRUPT_ACK: 0x064,
  STATUS: 0x070,
  QUEUE_DESC_LOW: 0x080,
  QUEUE_DESC_HIGH: 0x084,
  QUEUE_DRIVER_LOW: 0x090,
  QUEUE_DRIVER_HIGH: 0x094,
  QUEUE_DEVICE_LOW: 0x0a0,
  QUEUE_DEVICE_HIGH: 0x0a4,
  SHM_LEN_LOW: 0x0b0,
  SHM_LEN_HIGH: 0x0b4,
  SHM_BASE_LOW: 0x0b8,
  SHM_BASE_HIGH: 0x0bc,
  CONFIG_GENERATION: 0x0fc,
  CONFIG: 0x100,
} as const;

/** "virt", little-endian. */
export const MAGIC = 0x7472_6976;
/** "ASTR", little-endian. */
const VENDOR = 0x5254_5341;

/** Device status bits (virtio 1.2, 2.1). */
export const STATUS = {
  ACKNOWLEDGE: 1,
  DRIVER: 2,
  DRIVER_OK: 4,
  FEATURES_OK: 8,
  NEEDS_RESET: 64,
  FAILED: 128,
} as const;

/** Interrupt status bits (virtio 1.2, 4.2.2). */
export const INTERRUPT_USED_BUFFER = 1;
export const INTERRUPT_CONFIG_CHANGE = 2;

const ALL_ONES = 0xffff_ffff;
const TWO_32 = 0x1_0000_0000;

/** A virtio device behind a modern (version 2) memory-mapped transport. */
export class VirtioMmio implements VirtioTransport {
  /** Why the device wants a reset; for the host's eyes. */
  failure: string | undefined;

  private readonly device: VirtioDevice;
  private readonly queues: readonly VirtQueue[];
  private readonly setInterrupt: (high: boolean) => void;
  /** Offered and accepted features, as two 32-bit words. */
  private readonly offered: readonly [number, number];
  private readonly accepted: [number, number] = [0, 0];
  private offeredSelect = 0;
  private acceptedSelect = 0;
  private queueSelect = 0;
  private status = 0;
  private interruptStatus = 0;
  private configGeneration = 0;

  constructor(device: VirtioDevice, memory: GuestMemory, setInterrupt: (high: boolean) => void) {
    this.device = device;
    this.setInterrupt = setInterrupt;
    this.queues = device.queueSizes.map((size) => new VirtQueue(memory, size));
    this.offered = [
      (device.deviceFeatures | (1 << VIRTIO_F_INDIRECT_DESC)) >>> 0,
      1 << (VIRTIO_F_VERSION_1 - 32),
    ];
    device.attach(this);
  }

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
    else if (queue.wantsInterrupt()) this.interrupt(INTERRUPT_USED_BUFFER);
  }

  configChanged(): void {
    this.configGeneration = (this.configGeneration + 1) | 0;
    if ((this.status & STATUS.DRIVER_OK) !== 0) this.interrupt(INTERRUPT_CONFIG_CHANGE);
  }

  fail(reason: string): void {
    if ((this.status & STATUS.NEEDS_RESET) !== 0) return;
    this.failure = reason;
    this.status |= STATUS.NEEDS_RESET;
    // 2.1.2: after DRIVER_OK the driver must hear of it.
    if ((this.status & STATUS.DRIVER_OK) !== 0) this.interrupt(INTERRUPT_CONFIG_CHANGE);
  }

  // --- What the driver does

  /** Reads the register at `offset`; registers are 32 bits wide, the configuration is bytes. */
  read(offset: number, width: AccessWidth): number {
    if (offset >= REG.CONFIG) return this.readConfig(offset - REG.CONFIG, width);
    if (width !== 4) return 0;
    const queue = this.queues[this.queueSelect];
    switch (offset) {
      case REG.MAGIC_VALUE:
        return MAGIC;
      case REG.VERSION:
        return 2;
      case REG.DEVICE_ID:
        return this.device.deviceId;
      case REG.VENDOR_ID:
        return VENDOR;
      case REG.DEVICE_FEATURES:
        return this.offered[this.offeredSelect] ?? 0;
      case REG.QUEUE_NUM_MAX:
        return queue?.maxSize ?? 0;
      case REG.QUEUE_READY:
        return queue?.ready === true ? 1 : 0;
      case REG.INTERRUPT_STATUS:
        return this.interruptStatus;
      case REG.STATUS:
        return this.status;
      case REG.CONFIG_GENERATION:
        return this.configGeneration >>> 0;
      case REG.SHM_LEN_LOW:
      case REG.SHM_LEN_HIGH:
      case REG.SHM_BASE_LOW:
      case REG.SHM_BASE_HIGH:
        // 4.2.2: a region that does not exist has a length of -1.
        return ALL_ONES;
      default:
        return 0;
    }
  }

  write(offset: number, width: AccessWidth, value: number): void {
    if (offset >= REG.CONFIG) {
      if (this.running) this.device.configWritten(offset - REG.CONFIG, width, value);
      return;
    }
    if (width !== 4) return;
    const word = value >>> 0;
    switch (offset) {
      case REG.DEVICE_FEATURES_SEL:
        this.offeredSelect = word;
        break;
      case REG.DRIVER_FEATURES_SEL:
        this.acceptedSelect = word;
        break;
      case REG.DRIVER_FEATURES:
        // Fixed from FEATURES_OK on (3.1.1).
        if (this.acceptedSelect < 2 && (this.status & STATUS.FEATURES_OK) === 0) {
          this.accepted[this.acceptedSelect] = word;
        }
        break;
      case REG.QUEUE_SEL:
        this.queueSelect = word;
        break;
      case REG.QUEUE_NOTIFY:
        this.notify(word);
        break;
      case REG.INTERRUPT_ACK:
        this.interruptStatus &= ~word;
        if (this.interruptStatus === 0) this.setInterrupt(false);
        break;
      case REG.STATUS:
        this.writeStatus(word & 0xff);
        break;
      default:
        this.writeQueueRegister(offset, word);
    }
  }

  private writeQueueRegister(offset: number, word: number): void {
    const queue = this.queues[this.queueSelect];
    if (queue === undefined) return;
    if (offset === REG.QUEUE_READY) {
      if ((word & 1) === 0) {
        queue.ready = false;
      } else if (!queue.ready) {
        queue.indirectAllowed = this.hasFeature(VIRTIO_F_INDIRECT_DESC);
        queue.enable();
        if (queue.broken !== undefined) this.fail(queue.broken);
      }
      return;
    }
    // 4.2.2.2: the driver changes nothing else of a queue that is ready.
    if (queue.ready) return;
    switch (offset) {
      case REG.QUEUE_NUM:
        queue.size = word;
        break;
      case REG.QUEUE_DESC_LOW:
        queue.descriptorTable = withLow(queue.descriptorTable, word);
        break;
      case REG.QUEUE_DESC_HIGH:
        queue.descriptorTable = withHigh(queue.descriptorTable, word);
        break;
      case REG.QUEUE_DRIVER_LOW:
        queue.availableRing = withLow(queue.availableRing, word);
        break;
      case REG.QUEUE_DRIVER_HIGH:
        queue.availableRing = withHigh(queue.availableRing, word);
        break;
      case REG.QUEUE_DEVICE_LOW:
        queue.usedRing = withLow(queue.usedRing, word);
        break;
      case REG.QUEUE_DEVICE_HIGH:
        queue.usedRing = withHigh(queue.usedRing, word);
        break;
    }
  }

  private writeStatus(status: number): void {
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

  private featuresAcceptable(): boolean {
    const [low, high] = this.accepted;
    const unknown = (low & ~this.offered[0]) | (high & ~this.offered[1]);
    return unknown === 0 && this.hasFeature(VIRTIO_F_VERSION_1);
  }

  private notify(index: number): void {
    const queue = this.queues[index];
    if (queue === undefined || !this.running || !queue.ready) return;
    this.device.notify(index);
    if (queue.broken !== undefined) this.fail(queue.broken);
  }

  private reset(): void {
    this.status = 0;
    this.accepted[0] = 0;
    this.accepted[1] = 0;
    this.offeredSelect = 0;
    this.acceptedSelect = 0;
    this.queueSelect = 0;
    this.interruptStatus = 0;
    this.failure = undefined;
    this.setInterrupt(false);
    for (const queue of this.queues) queue.reset();
    this.device.reset();
  }

  private interrupt(bit: number): void {
    this.interruptStatus |= bit;
    this.setInterrupt(true);
  }

  private readConfig(offset: number, width: AccessWidth): number {
    let value = 0;
    for (let i = width - 1; i >= 0; i--) {
      value = value * 256 + (this.device.config[offset + i] ?? 0);
    }
    return value;
  }
}

function withLow(address: number, low: number): number {
  return Math.floor(address / TWO_32) * TWO_32 + low;
}

function withHigh(address: number, high: number): number {
  return (address % TWO_32) + high * TWO_32;
}
