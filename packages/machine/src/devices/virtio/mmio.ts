// SPDX-License-Identifier: MPL-2.0

import type { AccessWidth } from "@aster/hardware";
import type { GuestMemory } from "../guest-memory.ts";
import type { VirtioDevice } from "./device.ts";
import { QUEUE_PART, VirtioFunction } from "./function.ts";

export { STATUS } from "./function.ts";

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

/** Interrupt status bits (virtio 1.2, 4.2.2). */
export const INTERRUPT_USED_BUFFER = 1;
export const INTERRUPT_CONFIG_CHANGE = 2;

const ALL_ONES = 0xffff_ffff;

/** A virtio device behind a modern (version 2) memory-mapped transport. */
export class VirtioMmio extends VirtioFunction {
  private readonly setInterrupt: (high: boolean) => void;
  private interruptStatus = 0;

  constructor(
    device: VirtioDevice,
    memory: GuestMemory,
    setInterrupt: (high: boolean) => void,
    isTranslated = false,
  ) {
    super(device, memory, isTranslated);
    this.setInterrupt = setInterrupt;
  }

  sendMessage(): void {}

  protected signalQueue(): void {
    this.interrupt(INTERRUPT_USED_BUFFER);
  }

  protected signalConfig(): void {
    this.interrupt(INTERRUPT_CONFIG_CHANGE);
  }

  protected clearSignals(): void {
    this.interruptStatus = 0;
    this.setInterrupt(false);
  }

  private interrupt(bit: number): void {
    this.interruptStatus |= bit;
    this.setInterrupt(true);
  }

  /** Reads the register at `offset`; registers are 32 bits wide, the configuration is bytes. */
  read(offset: number, width: AccessWidth): number {
    if (offset >= REG.CONFIG) return this.readConfig(offset - REG.CONFIG, width);
    if (width !== 4) return 0;
    const queue = this.selectedQueue();
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
        return this.offeredFeatures();
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
      this.writeConfig(offset - REG.CONFIG, width, value);
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
        this.acceptFeatures(word);
        break;
      case REG.QUEUE_SEL:
        this.queueSelect = word;
        break;
      case REG.QUEUE_NOTIFY:
        this.notifyQueue(word);
        break;
      case REG.INTERRUPT_ACK:
        this.interruptStatus &= ~word;
        if (this.interruptStatus === 0) this.setInterrupt(false);
        break;
      case REG.STATUS:
        this.writeStatus(word & 0xff);
        break;
      case REG.QUEUE_READY:
        this.setQueueReady((word & 1) !== 0);
        break;
      case REG.QUEUE_NUM:
        this.setQueueSize(word);
        break;
      case REG.QUEUE_DESC_LOW:
      case REG.QUEUE_DESC_HIGH:
        this.setQueueAddress(QUEUE_PART.DESCRIPTORS, offset === REG.QUEUE_DESC_HIGH, word);
        break;
      case REG.QUEUE_DRIVER_LOW:
      case REG.QUEUE_DRIVER_HIGH:
        this.setQueueAddress(QUEUE_PART.DRIVER, offset === REG.QUEUE_DRIVER_HIGH, word);
        break;
      case REG.QUEUE_DEVICE_LOW:
      case REG.QUEUE_DEVICE_HIGH:
        this.setQueueAddress(QUEUE_PART.DEVICE, offset === REG.QUEUE_DEVICE_HIGH, word);
        break;
    }
  }
}
