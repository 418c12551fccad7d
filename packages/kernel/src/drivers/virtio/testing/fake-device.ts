// SPDX-License-Identifier: MPL-2.0

import { FakeHardware } from "@aster/ostd/testing";
import { Interrupt, MAGIC_VALUE, Register, Status } from "../registers.ts";

/** Where the fake machine has its one device. */
export const FAKE_BASE = 0x1000_0000;
export const FAKE_SIZE = 0x200;
export const FAKE_LINE = 9;
export const FAKE_COMMAND_LINE: string = `virtio_mmio.device=${FAKE_SIZE}@${FAKE_BASE}:${FAKE_LINE}`;

const DESCRIPTOR_BYTES = 16;

/** A part of a chain as the device sees it. */
export interface FakePart {
  readonly address: number;
  readonly length: number;
  readonly writable: boolean;
}

export interface FakeChain {
  readonly head: number;
  readonly parts: readonly FakePart[];
}

class FakeQueue {
  size = 0;
  ready = false;
  addresses: number[] = [0, 0, 0, 0, 0, 0];
  seen = 0;
  used = 0;
}

/** What a test makes of the device: honest or not. */
export interface FakeBehaviour {
  /** The driver told of buffers in `queue`. */
  notified?(device: FakeVirtioDevice, queue: number): void;
}

/**
 * A virtio device whose answers the test decides, byte by byte: the rings are read and written
 * straight in memory, without any check, so that every lie can be told.
 */
export class FakeVirtioDevice {
  readonly type: number;
  readonly queueCount: number;
  readonly config: Uint8Array = new Uint8Array(64);
  behaviour: FakeBehaviour = {};
  features: [number, number] = [0, 1];
  magic: number = MAGIC_VALUE;
  version = 2;
  maxQueueSize = 64;
  status = 0;
  /** Refuses FEATURES_OK. */
  refusesFeatures = false;
  readonly accepted: [number, number] = [0, 0];
  readonly queues: FakeQueue[] = [];
  private hardware: FakeVirtioHardware | undefined = undefined;
  private interruptStatus = 0;
  private featureSelect = 0;
  private acceptSelect = 0;
  private queueSelect = 0;

  constructor(type: number, queueCount: number) {
    this.type = type;
    this.queueCount = queueCount;
    for (let index = 0; index < queueCount; index++) this.queues.push(new FakeQueue());
  }

  attach(hardware: FakeVirtioHardware): void {
    this.hardware = hardware;
  }

  // --- Registers

  read(offset: number, width: number): number {
    if (offset >= Register.CONFIG) {
      let value = 0;
      for (let i = width - 1; i >= 0; i--) {
        value = value * 256 + (this.config[offset - Register.CONFIG + i] ?? 0);
      }
      return value;
    }
    const queue = this.queues[this.queueSelect];
    switch (offset) {
      case Register.MAGIC:
        return this.magic;
      case Register.VERSION:
        return this.version;
      case Register.DEVICE_ID:
        return this.type;
      case Register.DEVICE_FEATURES:
        return this.features[this.featureSelect] ?? 0;
      case Register.QUEUE_SIZE_MAX:
        return queue === undefined ? 0 : this.maxQueueSize;
      case Register.QUEUE_READY:
        return queue?.ready === true ? 1 : 0;
      case Register.INTERRUPT_STATUS:
        return this.interruptStatus;
      case Register.STATUS:
        return this.status;
      default:
        return 0;
    }
  }

  write(offset: number, value: number): void {
    const queue = this.queues[this.queueSelect];
    switch (offset) {
      case Register.DEVICE_FEATURES_SELECT:
        this.featureSelect = value;
        return;
      case Register.DRIVER_FEATURES_SELECT:
        this.acceptSelect = value;
        return;
      case Register.DRIVER_FEATURES:
        this.accepted[this.acceptSelect === 1 ? 1 : 0] = value;
        return;
      case Register.QUEUE_SELECT:
        this.queueSelect = value;
        return;
      case Register.QUEUE_SIZE:
        if (queue !== undefined) queue.size = value;
        return;
      case Register.QUEUE_READY:
        if (queue !== undefined) queue.ready = value === 1;
        return;
      case Register.QUEUE_NOTIFY:
        this.behaviour.notified?.(this, value);
        return;
      case Register.INTERRUPT_ACKNOWLEDGE:
        this.interruptStatus &= ~value;
        return;
      case Register.STATUS:
        this.status = this.refusesFeatures && value !== 0 ? value & ~Status.FEATURES_OK : value;
        return;
      default:
        this.writeAddress(queue, offset, value);
    }
  }

  private writeAddress(queue: FakeQueue | undefined, offset: number, value: number): void {
    const registers: readonly number[] = [
      Register.QUEUE_DESCRIPTORS,
      Register.QUEUE_DRIVER,
      Register.QUEUE_DEVICE,
    ];
    const index = registers.indexOf(offset - (offset % 0x10));
    if (queue === undefined || index < 0) return;
    queue.addresses[2 * index + ((offset & 4) >>> 2)] = value;
  }

  // --- Rings

  private get ram(): DataView {
    const bytes = this.hardware?.ram[0]?.bytes ?? new Uint8Array(0);
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The next chain that the driver has made available. */
  pop(index: number): FakeChain | undefined {
    const queue = this.queues[index];
    if (queue === undefined || !queue.ready) return undefined;
    const { ram } = this;
    const [table = 0, , available = 0] = queue.addresses;
    if (ram.getUint16(available + 2, true) === queue.seen) return undefined;
    const head = ram.getUint16(available + 4 + 2 * (queue.seen % queue.size), true);
    queue.seen = (queue.seen + 1) & 0xffff;
    const parts: FakePart[] = [];
    for (let next = head; ;) {
      const at = table + next * DESCRIPTOR_BYTES;
      const flags = ram.getUint16(at + 12, true);
      parts.push({
        address: ram.getUint32(at, true),
        length: ram.getUint32(at + 8, true),
        writable: (flags & 2) !== 0,
      });
      if ((flags & 1) === 0) return { head, parts };
      next = ram.getUint16(at + 14, true);
    }
  }

  /** Says that the chain at `head` is used, whether that is true or not, and interrupts. */
  push(index: number, head: number, length: number): void {
    const queue = this.queues[index];
    if (queue === undefined) return;
    const { ram } = this;
    const used = queue.addresses[4] ?? 0;
    ram.setUint32(used + 4 + 8 * (queue.used % queue.size), head, true);
    ram.setUint32(used + 8 + 8 * (queue.used % queue.size), length, true);
    this.setUsedIndex(index, queue.used + 1);
  }

  /** Sets the index of the used ring to anything, and interrupts. */
  setUsedIndex(index: number, value: number): void {
    const queue = this.queues[index];
    if (queue === undefined) return;
    queue.used = value & 0xffff;
    this.ram.setUint16((queue.addresses[4] ?? 0) + 2, queue.used, true);
    this.interrupt(Interrupt.USED_BUFFER);
  }

  interrupt(bits: number): void {
    this.interruptStatus |= bits;
    this.hardware?.raise(FAKE_LINE);
  }

  readMemory(part: FakePart): Uint8Array {
    const bytes = new Uint8Array(part.length);
    for (let i = 0; i < part.length; i++) bytes[i] = this.ram.getUint8(part.address + i);
    return bytes;
  }

  writeMemory(part: FakePart, bytes: Uint8Array): void {
    const { ram } = this;
    bytes.forEach((byte, i) => ram.setUint8(part.address + i, byte));
  }
}

/** A machine with one fake virtio device. */
export class FakeVirtioHardware extends FakeHardware {
  readonly device: FakeVirtioDevice;

  constructor(device: FakeVirtioDevice) {
    super({ ramBytes: 16 * 1024 * 1024, commandLine: FAKE_COMMAND_LINE });
    this.device = device;
    device.attach(this);
  }

  override mmioRead(address: number, width: 1 | 2 | 4): number {
    const offset = address - FAKE_BASE;
    return offset >= 0 && offset < FAKE_SIZE
      ? this.device.read(offset, width)
      : super.mmioRead(address, width);
  }

  override mmioWrite(address: number, width: 1 | 2 | 4, value: number): void {
    const offset = address - FAKE_BASE;
    if (offset >= 0 && offset < FAKE_SIZE) this.device.write(offset, value);
    else super.mmioWrite(address, width, value);
  }
}
