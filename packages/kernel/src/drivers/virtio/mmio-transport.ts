// SPDX-License-Identifier: MPL-2.0

import { IoMem, IrqLine } from "@aster/ostd";
import type { IrqCallbackHandle } from "@aster/ostd";
import { MAGIC_VALUE, Register } from "./registers.ts";
import type { VirtQueue } from "./queue.ts";
import { VirtioTransport } from "./transport.ts";
import type { InterruptHandler } from "./transport.ts";

/** One virtio device behind memory-mapped registers (virtio 1.2, 4.2), seen from its driver. */
export class MmioTransport extends VirtioTransport {
  readonly deviceType: number;
  private readonly irq: IrqLine;
  private readonly registers: IoMem;

  private constructor(registers: IoMem, irq: IrqLine, deviceType: number) {
    super();
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

  drop(): void {
    this.registers.writeU32(Register.STATUS, 0);
    this.irq.drop();
    this.registers.drop();
  }

  protected get status(): number {
    return this.registers.readU32(Register.STATUS);
  }
  protected set status(value: number) {
    this.registers.writeU32(Register.STATUS, value);
  }

  protected deviceFeatures(word: number): number {
    this.registers.writeU32(Register.DEVICE_FEATURES_SELECT, word);
    return this.registers.readU32(Register.DEVICE_FEATURES);
  }

  protected setDriverFeatures(word: number, features: number): void {
    this.registers.writeU32(Register.DRIVER_FEATURES_SELECT, word);
    this.registers.writeU32(Register.DRIVER_FEATURES, features);
  }

  protected selectQueue(index: number): number | string {
    this.registers.writeU32(Register.QUEUE_SELECT, index);
    if (this.registers.readU32(Register.QUEUE_READY) !== 0) return `queue ${index} is in use`;
    return this.registers.readU32(Register.QUEUE_SIZE_MAX);
  }

  protected enableQueue(queue: VirtQueue): undefined {
    this.registers.writeU32(Register.QUEUE_SIZE, queue.size);
    this.writeAddress(Register.QUEUE_DESCRIPTORS, queue.descriptorAddress);
    this.writeAddress(Register.QUEUE_DRIVER, queue.driverAddress);
    this.writeAddress(Register.QUEUE_DEVICE, queue.deviceAddress);
    this.registers.writeU32(Register.QUEUE_READY, 1);
    return undefined;
  }

  protected tellDevice(queue: VirtQueue): void {
    this.registers.writeU32(Register.QUEUE_NOTIFY, queue.index);
  }

  /** Reads and acknowledges what each interrupt is about. */
  onInterrupt(handler: InterruptHandler): readonly IrqCallbackHandle[] {
    const handle = this.irq.onActive((line) => {
      const status = this.registers.readU32(Register.INTERRUPT_STATUS);
      if (status === 0) return;
      this.registers.writeU32(Register.INTERRUPT_ACKNOWLEDGE, status);
      handler(status, line);
    });
    return [handle];
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
  protected get configGeneration(): number {
    return this.registers.readU32(Register.CONFIG_GENERATION);
  }

  private writeAddress(register: number, address: number): void {
    const low = address % 0x1_0000_0000;
    this.registers.writeU32(register, low);
    this.registers.writeU32(register + 4, (address - low) / 0x1_0000_0000);
  }
}
