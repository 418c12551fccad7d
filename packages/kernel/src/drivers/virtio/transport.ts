// SPDX-License-Identifier: MPL-2.0

import { IoMem, IrqLine } from "@aster/ostd";
import { FEATURE_WORD1_VERSION_1, MAGIC_VALUE, Register, Status } from "./registers.ts";
import { VirtQueue } from "./queue.ts";

/** How often a configuration that keeps changing is read again before the value is taken as it is. */
const CONFIG_READ_TRIES = 16;

/** One virtio device behind memory-mapped registers (virtio 1.2, 4.2), seen from its driver. */
export class MmioTransport {
  readonly deviceType: number;
  readonly irq: IrqLine;
  private readonly registers: IoMem;

  private constructor(registers: IoMem, irq: IrqLine, deviceType: number) {
    this.registers = registers;
    this.irq = irq;
    this.deviceType = deviceType;
  }

  /** The device at `base`; what is wrong where there is none that this driver can use. */
  static probe(base: number, size: number, line: number): MmioTransport | string {
    if (size <= Register.CONFIG) return `a register block of ${size} bytes is too small`;
    const registers = IoMem.acquire(base, size);
    if (typeof registers === "string") return `the register block can not be had: ${registers}`;
    const trouble = MmioTransport.identify(registers);
    const irq = trouble === undefined ? IrqLine.allocSpecific(line) : undefined;
    if (irq === undefined) {
      registers.drop();
      return trouble ?? `interrupt line ${line} is taken or does not exist`;
    }
    return new MmioTransport(registers, irq, registers.readU32(Register.DEVICE_ID));
  }

  private static identify(registers: IoMem): string | undefined {
    const magic = registers.readU32(Register.MAGIC);
    if (magic !== MAGIC_VALUE) return `no virtio device: magic value 0x${magic.toString(16)}`;
    const version = registers.readU32(Register.VERSION);
    return version === 2 ? undefined : `virtio-mmio version ${version}, expected 2`;
  }

  /** Gives the registers and the line back. */
  drop(): void {
    this.registers.writeU32(Register.STATUS, 0);
    this.irq.drop();
    this.registers.drop();
  }

  /**
   * Resets the device and agrees on features: VERSION_1 and those of `wanted` (bits 0…31) that
   * the device has. Returns them, or what is wrong.
   */
  negotiate(wanted: number): number | string {
    const { registers } = this;
    registers.writeU32(Register.STATUS, 0);
    this.addStatus(Status.ACKNOWLEDGE);
    this.addStatus(Status.DRIVER);
    const low = (this.deviceFeatures(0) & wanted) >>> 0;
    if ((this.deviceFeatures(1) & FEATURE_WORD1_VERSION_1) === 0) {
      return "the device does not offer VIRTIO_F_VERSION_1";
    }
    registers.writeU32(Register.DRIVER_FEATURES_SELECT, 0);
    registers.writeU32(Register.DRIVER_FEATURES, low);
    registers.writeU32(Register.DRIVER_FEATURES_SELECT, 1);
    registers.writeU32(Register.DRIVER_FEATURES, FEATURE_WORD1_VERSION_1);
    this.addStatus(Status.FEATURES_OK);
    if ((this.status & Status.FEATURES_OK) === 0) return "the device refused the features";
    return low;
  }

  /** Sets queue `index` up with at most `maxSize` descriptors, or says what is wrong. */
  createQueue(index: number, maxSize: number): VirtQueue | string {
    const { registers } = this;
    registers.writeU32(Register.QUEUE_SELECT, index);
    if (registers.readU32(Register.QUEUE_READY) !== 0) return `queue ${index} is in use`;
    const deviceMax = registers.readU32(Register.QUEUE_SIZE_MAX);
    if (deviceMax === 0) return `the device has no queue ${index}`;
    const size = powerOfTwoUpTo(Math.min(maxSize, deviceMax));
    const queue = VirtQueue.create(index, size);
    if (queue === undefined) return "out of memory";
    registers.writeU32(Register.QUEUE_SIZE, size);
    this.writeAddress(Register.QUEUE_DESCRIPTORS, queue.descriptorAddress);
    this.writeAddress(Register.QUEUE_DRIVER, queue.driverAddress);
    this.writeAddress(Register.QUEUE_DEVICE, queue.deviceAddress);
    registers.writeU32(Register.QUEUE_READY, 1);
    return queue;
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
    if (queue.wantsNotification) this.registers.writeU32(Register.QUEUE_NOTIFY, queue.index);
  }

  /** Reads and acknowledges what the interrupt is about (`Interrupt` bits). */
  acknowledgeInterrupt(): number {
    const status = this.registers.readU32(Register.INTERRUPT_STATUS);
    if (status !== 0) this.registers.writeU32(Register.INTERRUPT_ACKNOWLEDGE, status);
    return status;
  }

  readConfigU8(offset: number): number {
    return this.registers.readU8(Register.CONFIG + offset);
  }
  readConfigU16(offset: number): number {
    return this.registers.readU16(Register.CONFIG + offset);
  }
  readConfigU32(offset: number): number {
    return this.registers.readU32(Register.CONFIG + offset);
  }

  /** A 64-bit field, read so that both halves belong together (4.2.2.2, ConfigGeneration). */
  readConfigU64(offset: number): number {
    let value = 0;
    for (let tries = 0; tries < CONFIG_READ_TRIES; tries++) {
      const before = this.registers.readU32(Register.CONFIG_GENERATION);
      value = this.readConfigU32(offset) + this.readConfigU32(offset + 4) * 0x1_0000_0000;
      if (this.registers.readU32(Register.CONFIG_GENERATION) === before) break;
    }
    return value;
  }

  private deviceFeatures(word: number): number {
    this.registers.writeU32(Register.DEVICE_FEATURES_SELECT, word);
    return this.registers.readU32(Register.DEVICE_FEATURES);
  }

  private get status(): number {
    return this.registers.readU32(Register.STATUS);
  }

  private addStatus(bit: number): void {
    this.registers.writeU32(Register.STATUS, this.status | bit);
  }

  private writeAddress(register: number, address: number): void {
    const low = address % 0x1_0000_0000;
    this.registers.writeU32(register, low);
    this.registers.writeU32(register + 4, (address - low) / 0x1_0000_0000);
  }
}

function powerOfTwoUpTo(most: number): number {
  let size = 1;
  while (size * 2 <= most) size *= 2;
  return size;
}
