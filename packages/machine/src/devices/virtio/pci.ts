// SPDX-License-Identifier: MPL-2.0

import type { AccessWidth } from "@aster/hardware";
import type { GuestMemory } from "../guest-memory.ts";
import { COMMAND_BUS_MASTER, CONFIG, ConfigSpace } from "../pci/config-space.ts";
import { MsixTable } from "../pci/msix.ts";
import type { VirtioDevice } from "./device.ts";
import { QUEUE_PART, VirtioFunction } from "./function.ts";
import type { VirtQueue } from "./queue.ts";

const VENDOR_VIRTIO = 0x1af4;
/** Modern devices have 0x1040 plus the device type (virtio 1.2, 4.1.2.1). */
const FIRST_DEVICE = 0x1040;
const CAPABILITY_VENDOR = 9;
const CAPABILITY_MSIX = 0x11;

/** Kinds of structures that capabilities point to (4.1.4). */
const STRUCTURE = { COMMON: 1, NOTIFY: 2, ISR: 3, DEVICE: 4 } as const;

/** What stands where in BAR 0; each part has a page of its own. */
const COMMON_AT = 0x0000;
const ISR_AT = 0x1000;
const DEVICE_AT = 0x2000;
const NOTIFY_AT = 0x3000;
const TABLE_AT = 0x4000;
const PENDING_AT = 0x5000;
export const BAR_BYTES = 0x8000;
const NOTIFY_MULTIPLIER = 4;
const VECTORS = 4;
const NO_VECTOR = 0xffff;

/** Offsets in the common configuration (4.1.4.3). */
const COMMON = {
  DEVICE_FEATURE_SELECT: 0x00,
  DEVICE_FEATURE: 0x04,
  DRIVER_FEATURE_SELECT: 0x08,
  DRIVER_FEATURE: 0x0c,
  CONFIG_VECTOR: 0x10,
  QUEUE_COUNT: 0x12,
  STATUS: 0x14,
  GENERATION: 0x15,
  QUEUE_SELECT: 0x16,
  QUEUE_SIZE: 0x18,
  QUEUE_VECTOR: 0x1a,
  QUEUE_ENABLE: 0x1c,
  QUEUE_NOTIFY_OFFSET: 0x1e,
  QUEUE_DESCRIPTORS: 0x20,
  QUEUE_DRIVER: 0x28,
  QUEUE_DEVICE: 0x30,
} as const;

/** A virtio device on PCI: the modern transport (virtio 1.2, 4.1), interrupts by MSI-X alone. */
export class VirtioPci extends VirtioFunction {
  readonly config: ConfigSpace;
  private readonly onMessage: (address: number, data: number) => void;
  private readonly msix: MsixTable;
  private readonly msixControl: number;
  private configVector = NO_VECTOR;
  private readonly queueVectors: number[];

  /** `onMessage` gets the device's interrupt messages. */
  constructor(
    device: VirtioDevice,
    memory: GuestMemory,
    barBase: number,
    onMessage: (address: number, data: number) => void,
    isTranslated: boolean,
  ) {
    super(device, memory, isTranslated);
    this.onMessage = onMessage;
    this.queueVectors = device.queueSizes.map(() => NO_VECTOR);
    this.config = new ConfigSpace(
      VENDOR_VIRTIO,
      FIRST_DEVICE + device.deviceId,
      barBase,
      BAR_BYTES,
    );
    this.config.setU8(CONFIG.REVISION, 1);
    this.msix = new MsixTable(VECTORS, (address, data) => this.sendMessage(address, data));
    this.addStructure(STRUCTURE.COMMON, COMMON_AT, 0x38);
    this.addStructure(STRUCTURE.ISR, ISR_AT, 1);
    this.addStructure(STRUCTURE.DEVICE, DEVICE_AT, 0x1000);
    this.addStructure(STRUCTURE.NOTIFY, NOTIFY_AT, 0x1000, [NOTIFY_MULTIPLIER]);
    this.msixControl = this.addMsix();
  }

  private addStructure(kind: number, offset: number, length: number, extra: number[] = []): void {
    const content = new Uint8Array(14 + 4 * extra.length);
    const view = new DataView(content.buffer);
    content[0] = content.length + 2;
    content[1] = kind;
    view.setUint32(6, offset, true);
    view.setUint32(10, length, true);
    extra.forEach((value, index) => view.setUint32(14 + 4 * index, value, true));
    this.config.addCapability(CAPABILITY_VENDOR, content);
  }

  private addMsix(): number {
    const content = new Uint8Array(10);
    const view = new DataView(content.buffer);
    view.setUint16(0, VECTORS - 1, true);
    view.setUint32(2, TABLE_AT, true);
    view.setUint32(6, PENDING_AT, true);
    return this.config.addCapability(CAPABILITY_MSIX, content, Uint8Array.of(0, 0xc0)) + 2;
  }

  // --- Interrupts

  /** A message is a write to memory: only a bus master makes one. */
  sendMessage(address: number, data: number): void {
    if ((this.config.command & COMMAND_BUS_MASTER) !== 0) this.onMessage(address, data);
  }

  protected signalQueue(queue: VirtQueue): void {
    this.msix.raise(this.queueVectors[this.queues.indexOf(queue)] ?? NO_VECTOR);
  }

  protected signalConfig(): void {
    this.msix.raise(this.configVector);
  }

  protected clearSignals(): void {
    this.configVector = NO_VECTOR;
    this.queueVectors.fill(NO_VECTOR);
    this.msix.reset();
  }

  // --- Configuration space and BAR

  writeConfigSpace(offset: number, width: AccessWidth, value: number): void {
    this.config.write(offset, width, value);
    const control = this.config.u16(this.msixControl);
    this.msix.control((control & 0x8000) !== 0, (control & 0x4000) !== 0);
  }

  read(offset: number, width: AccessWidth): number {
    const at = offset & 0xfff;
    switch (offset - at) {
      case COMMON_AT:
        return this.readCommon(at);
      case DEVICE_AT:
        return this.readConfig(at, width);
      case TABLE_AT:
        return width === 4 ? this.msix.readTable(at) : 0;
      case PENDING_AT:
        return width === 4 ? this.msix.readPending(at) : 0;
      default:
        return 0;
    }
  }

  write(offset: number, width: AccessWidth, value: number): void {
    const at = offset & 0xfff;
    switch (offset - at) {
      case COMMON_AT:
        this.writeCommon(at, value >>> 0);
        break;
      case DEVICE_AT:
        this.writeConfig(at, width, value);
        break;
      case NOTIFY_AT:
        this.notifyQueue(Math.floor(at / NOTIFY_MULTIPLIER));
        break;
      case TABLE_AT:
        if (width === 4) this.msix.writeTable(at, value >>> 0);
        break;
    }
  }

  private readCommon(offset: number): number {
    const queue = this.selectedQueue();
    switch (offset) {
      case COMMON.DEVICE_FEATURE:
        return this.offeredFeatures();
      case COMMON.DRIVER_FEATURE:
        return this.acceptedFeatures();
      case COMMON.CONFIG_VECTOR:
        return this.configVector;
      case COMMON.QUEUE_COUNT:
        return this.queues.length;
      case COMMON.STATUS:
        return this.status;
      case COMMON.GENERATION:
        return this.configGeneration & 0xff;
      case COMMON.QUEUE_SELECT:
        return this.queueSelect;
      case COMMON.QUEUE_SIZE:
        return queue?.size ?? 0;
      case COMMON.QUEUE_VECTOR:
        return this.queueVectors[this.queueSelect] ?? NO_VECTOR;
      case COMMON.QUEUE_ENABLE:
        return queue?.ready === true ? 1 : 0;
      case COMMON.QUEUE_NOTIFY_OFFSET:
        return this.queueSelect;
      default:
        return 0;
    }
  }

  private writeCommon(offset: number, value: number): void {
    switch (offset) {
      case COMMON.DEVICE_FEATURE_SELECT:
        this.offeredSelect = value;
        break;
      case COMMON.DRIVER_FEATURE_SELECT:
        this.acceptedSelect = value;
        break;
      case COMMON.DRIVER_FEATURE:
        this.acceptFeatures(value);
        break;
      case COMMON.CONFIG_VECTOR:
        // 4.1.5.1.2.1: what cannot be had reads back as no vector.
        this.configVector = value < VECTORS ? value : NO_VECTOR;
        break;
      case COMMON.STATUS:
        this.writeStatus(value & 0xff);
        break;
      case COMMON.QUEUE_SELECT:
        this.queueSelect = value & 0xffff;
        break;
      case COMMON.QUEUE_SIZE:
        this.setQueueSize(value & 0xffff);
        break;
      case COMMON.QUEUE_VECTOR:
        if (this.queueSelect < this.queueVectors.length) {
          this.queueVectors[this.queueSelect] = value < VECTORS ? value : NO_VECTOR;
        }
        break;
      case COMMON.QUEUE_ENABLE:
        if ((value & 1) !== 0) this.setQueueReady(true);
        break;
      case COMMON.QUEUE_DESCRIPTORS:
      case COMMON.QUEUE_DESCRIPTORS + 4:
        this.setQueueAddress(QUEUE_PART.DESCRIPTORS, (offset & 4) !== 0, value);
        break;
      case COMMON.QUEUE_DRIVER:
      case COMMON.QUEUE_DRIVER + 4:
        this.setQueueAddress(QUEUE_PART.DRIVER, (offset & 4) !== 0, value);
        break;
      case COMMON.QUEUE_DEVICE:
      case COMMON.QUEUE_DEVICE + 4:
        this.setQueueAddress(QUEUE_PART.DEVICE, (offset & 4) !== 0, value);
        break;
    }
  }
}
