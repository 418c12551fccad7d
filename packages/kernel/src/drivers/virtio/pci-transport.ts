// SPDX-License-Identifier: MPL-2.0

import type { IoMem, IrqCallbackHandle, IrqLine } from "@aster/ostd";
import type { PciFunction } from "../pci/function.ts";
import { Msix } from "../pci/msix.ts";
import type { VirtQueue } from "./queue.ts";
import { Common, Interrupt, Structure } from "./registers.ts";
import { VirtioTransport } from "./transport.ts";
import type { InterruptHandler } from "./transport.ts";

const VENDOR_VIRTIO = 0x1af4;
/** 4.1.2.1: modern devices have 0x1040 + type; older numbers have the type elsewhere. */
const FIRST_TRANSITIONAL = 0x1000;
const FIRST_MODERN = 0x1040;
const LAST_MODERN = 0x107f;
const CAPABILITY_VENDOR = 9;
const NO_VECTOR = 0xffff;
const QUEUE_VECTOR = 0;
const CONFIG_VECTOR = 1;

/** A structure of the device: bytes of a BAR. */
interface Region {
  readonly memory: IoMem;
  readonly offset: number;
  readonly length: number;
}

/** Whether a function is a virtio device, of the modern or the transitional kind. */
export function isVirtio({ vendor, device }: PciFunction): boolean {
  return vendor === VENDOR_VIRTIO && device >= FIRST_TRANSITIONAL && device <= LAST_MODERN;
}

/** One virtio device on PCI (virtio 1.2, 4.1), by its modern interface; interrupts by MSI-X. */
export class PciTransport extends VirtioTransport {
  readonly deviceType: number;
  private readonly owner: PciFunction;
  private readonly common: Region;
  private readonly notification: Region;
  private readonly notifyMultiplier: number;
  private readonly device: Region | undefined;
  private readonly msix: Msix;
  private readonly queueLine: IrqLine;
  private readonly configLine: IrqLine | undefined;
  /** Where each queue's notifications go, in the notification structure. */
  private readonly notifyOffsets: Map<number, number> = new Map();

  private constructor(
    owner: PciFunction,
    structures: Structures,
    msix: Msix,
    queueLine: IrqLine,
    configLine: IrqLine | undefined,
  ) {
    super();
    this.owner = owner;
    this.common = structures.common;
    this.notification = structures.notification;
    this.notifyMultiplier = structures.notifyMultiplier;
    this.device = structures.device;
    this.msix = msix;
    this.queueLine = queueLine;
    this.configLine = configLine;
    const { device } = owner;
    this.deviceType = device >= FIRST_MODERN ? device - FIRST_MODERN : owner.subsystem;
  }

  /** The virtio device that `owner` is; what is wrong where this driver can not use it. */
  static probe(owner: PciFunction): PciTransport | string {
    owner.enable();
    const structures = findStructures(owner);
    const msix = typeof structures === "string" ? structures : Msix.open(owner);
    if (typeof structures === "string" || typeof msix === "string") {
      owner.disable();
      return typeof msix === "string" ? msix : "the device has no structures";
    }
    const queueLine = msix.allocate(QUEUE_VECTOR);
    if (queueLine === undefined) {
      msix.drop();
      owner.disable();
      return "no interrupt line is left";
    }
    return new PciTransport(owner, structures, msix, queueLine, msix.allocate(CONFIG_VECTOR));
  }

  drop(): void {
    this.status = 0;
    this.msix.drop();
    this.owner.disable();
  }

  protected get status(): number {
    return this.common.memory.readU8(this.common.offset + Common.STATUS);
  }
  protected set status(value: number) {
    this.common.memory.writeU8(this.common.offset + Common.STATUS, value);
  }

  protected deviceFeatures(word: number): number {
    this.write32(Common.DEVICE_FEATURES_SELECT, word);
    return this.common.memory.readU32(this.common.offset + Common.DEVICE_FEATURES);
  }

  protected setDriverFeatures(word: number, features: number): void {
    this.write32(Common.DRIVER_FEATURES_SELECT, word);
    this.write32(Common.DRIVER_FEATURES, features);
  }

  protected selectQueue(index: number): number | string {
    this.write16(Common.QUEUE_SELECT, index);
    if (this.read16(Common.QUEUE_ENABLE) !== 0) return `queue ${index} is in use`;
    return this.read16(Common.QUEUE_SIZE);
  }

  protected enableQueue(queue: VirtQueue): string | undefined {
    this.write16(Common.QUEUE_SIZE, queue.size);
    this.writeAddress(Common.QUEUE_DESCRIPTORS, queue.descriptorAddress);
    this.writeAddress(Common.QUEUE_DRIVER, queue.driverAddress);
    this.writeAddress(Common.QUEUE_DEVICE, queue.deviceAddress);
    this.write16(Common.QUEUE_VECTOR, QUEUE_VECTOR);
    if (this.read16(Common.QUEUE_VECTOR) === NO_VECTOR) {
      return `queue ${queue.index} gets no interrupt`;
    }
    const at = this.read16(Common.QUEUE_NOTIFY_OFFSET) * this.notifyMultiplier;
    if (at + 2 > this.notification.length || at % 2 !== 0) {
      return `queue ${queue.index} is notified at ${at} of ${this.notification.length} bytes`;
    }
    this.notifyOffsets.set(queue.index, this.notification.offset + at);
    this.write16(Common.QUEUE_ENABLE, 1);
    return undefined;
  }

  protected tellDevice(queue: VirtQueue): void {
    const at = this.notifyOffsets.get(queue.index);
    if (at !== undefined) this.notification.memory.writeU16(at, queue.index);
  }

  /** A message says by itself what it is about; without a second one each may be either. */
  onInterrupt(handler: InterruptHandler): readonly IrqCallbackHandle[] {
    const { configLine, queueLine } = this;
    if (configLine === undefined) {
      this.write16(Common.CONFIG_VECTOR, QUEUE_VECTOR);
      const both = Interrupt.USED_BUFFER | Interrupt.CONFIG_CHANGE;
      return [queueLine.onActive((line) => handler(both, line))];
    }
    this.write16(Common.CONFIG_VECTOR, CONFIG_VECTOR);
    return [
      queueLine.onActive((line) => handler(Interrupt.USED_BUFFER, line)),
      configLine.onActive((line) => handler(Interrupt.CONFIG_CHANGE, line)),
    ];
  }

  readConfigU8(offset: number): number {
    const { device } = this;
    return device === undefined || offset + 1 > device.length
      ? 0
      : device.memory.readU8(device.offset + offset);
  }
  readConfigU16(offset: number): number {
    return this.readConfigU8(offset) + this.readConfigU8(offset + 1) * 0x100;
  }
  readConfigU32(offset: number): number {
    return this.readConfigU16(offset) + this.readConfigU16(offset + 2) * 0x1_0000;
  }
  protected get configGeneration(): number {
    return this.common.memory.readU8(this.common.offset + Common.CONFIG_GENERATION);
  }

  private read16(register: number): number {
    return this.common.memory.readU16(this.common.offset + register);
  }

  private write16(register: number, value: number): void {
    this.common.memory.writeU16(this.common.offset + register, value);
  }

  private write32(register: number, value: number): void {
    this.common.memory.writeU32(this.common.offset + register, value);
  }

  private writeAddress(register: number, address: number): void {
    const low = address % 0x1_0000_0000;
    this.write32(register, low);
    this.write32(register + 4, (address - low) / 0x1_0000_0000);
  }
}

interface Structures {
  readonly common: Region;
  readonly notification: Region;
  readonly notifyMultiplier: number;
  readonly device: Region | undefined;
}

/** Follows the capabilities to the structures; of several of a kind the first that can be used. */
function findStructures(owner: PciFunction): Structures | string {
  const regions: Map<number, Region> = new Map();
  let notifyMultiplier = 0;
  let trouble = "the device has no modern interface";
  for (const { id, offset } of owner.capabilities()) {
    const kind = owner.readU8(offset + 3);
    if (id !== CAPABILITY_VENDOR || kind > Structure.DEVICE || regions.has(kind)) continue;
    const region = regionOf(owner, offset);
    if (typeof region === "string") {
      trouble = region;
      continue;
    }
    regions.set(kind, region);
    if (kind === Structure.NOTIFY) notifyMultiplier = owner.read(offset + 16);
  }
  const common = regions.get(Structure.COMMON);
  const notification = regions.get(Structure.NOTIFY);
  if (common === undefined || notification === undefined) return trouble;
  if (common.length < Common.END) return `a common structure of ${common.length} bytes`;
  return { common, notification, notifyMultiplier, device: regions.get(Structure.DEVICE) };
}

function regionOf(owner: PciFunction, capability: number): Region | string {
  const offset = owner.read(capability + 8);
  const length = owner.read(capability + 12);
  const memory = owner.memoryBar(owner.readU8(capability + 4));
  if (typeof memory === "string") return memory;
  if (offset + length > memory.size) return "a structure exceeds its BAR";
  return { memory, offset, length };
}
