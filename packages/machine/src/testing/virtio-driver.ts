// SPDX-License-Identifier: MPL-2.0

import { REG, STATUS, type VirtioMmio } from "../devices/virtio/mmio.ts";

/** One part of a buffer that a driver offers. */
export interface TestSegment {
  readonly address: number;
  readonly length: number;
  readonly writable: boolean;
}

const DESCRIPTORS = 0x0;
const AVAILABLE = 0x1000;
const USED = 0x2000;
/** Memory that the rings of one queue take. */
const QUEUE_STRIDE = 0x4000;

/** A driver as small as the specification allows, for tests of devices. */
export class TestDriver {
  readonly view: DataView;
  readonly ram: Uint8Array;
  private readonly device: VirtioMmio;
  private readonly ringBase: number;
  private readonly state = new Map<number, { size: number; avail: number; used: number }>();

  /** Uses RAM from `ringBase` up for rings: 16 KiB per queue. */
  constructor(device: VirtioMmio, ram: Uint8Array, ringBase: number) {
    this.device = device;
    this.ram = ram;
    this.view = new DataView(ram.buffer, ram.byteOffset, ram.length);
    this.ringBase = ringBase;
  }

  read(register: number): number {
    return this.device.read(register, 4);
  }

  write(register: number, value: number): void {
    this.device.write(register, 4, value);
  }

  /** Initializes the device as in virtio 1.2, 3.1.1, up to DRIVER_OK. */
  initialize(featuresLow: number, queues: readonly number[], size = 8): void {
    this.write(REG.STATUS, 0);
    this.write(REG.STATUS, STATUS.ACKNOWLEDGE);
    this.write(REG.STATUS, STATUS.ACKNOWLEDGE | STATUS.DRIVER);
    this.write(REG.DRIVER_FEATURES_SEL, 0);
    this.write(REG.DRIVER_FEATURES, featuresLow);
    this.write(REG.DRIVER_FEATURES_SEL, 1);
    this.write(REG.DRIVER_FEATURES, 1);
    const agreed = STATUS.ACKNOWLEDGE | STATUS.DRIVER | STATUS.FEATURES_OK;
    this.write(REG.STATUS, agreed);
    for (const queue of queues) this.setUpQueue(queue, size);
    this.write(REG.STATUS, agreed | STATUS.DRIVER_OK);
  }

  setUpQueue(queue: number, size: number): void {
    const base = this.queueBase(queue);
    this.ram.fill(0, base, base + QUEUE_STRIDE);
    this.state.set(queue, { size, avail: 0, used: 0 });
    this.write(REG.QUEUE_SEL, queue);
    this.write(REG.QUEUE_NUM, size);
    this.write(REG.QUEUE_DESC_LOW, base + DESCRIPTORS);
    this.write(REG.QUEUE_DESC_HIGH, 0);
    this.write(REG.QUEUE_DRIVER_LOW, base + AVAILABLE);
    this.write(REG.QUEUE_DRIVER_HIGH, 0);
    this.write(REG.QUEUE_DEVICE_LOW, base + USED);
    this.write(REG.QUEUE_DEVICE_HIGH, 0);
    this.write(REG.QUEUE_READY, 1);
  }

  queueBase(queue: number): number {
    return this.ringBase + queue * QUEUE_STRIDE;
  }

  /** Writes descriptor `index` of `queue`. */
  setDescriptor(
    queue: number,
    index: number,
    fields: { address: number; length: number; flags: number; next?: number },
  ): void {
    const entry = this.queueBase(queue) + DESCRIPTORS + 16 * index;
    this.view.setUint32(entry, fields.address % 0x1_0000_0000, true);
    this.view.setUint32(entry + 4, Math.floor(fields.address / 0x1_0000_0000), true);
    this.view.setUint32(entry + 8, fields.length, true);
    this.view.setUint16(entry + 12, fields.flags, true);
    this.view.setUint16(entry + 14, fields.next ?? 0, true);
  }

  /** Offers a buffer whose descriptors start at index `first`, and notifies the device. */
  offer(queue: number, segments: readonly TestSegment[], first = 0): void {
    segments.forEach((segment, i) => {
      const last = i === segments.length - 1;
      this.setDescriptor(queue, first + i, {
        address: segment.address,
        length: segment.length,
        flags: (last ? 0 : 1) | (segment.writable ? 2 : 0),
        next: first + i + 1,
      });
    });
    this.makeAvailable(queue, first);
    this.write(REG.QUEUE_NOTIFY, queue);
  }

  /** Puts a descriptor index into the available ring, without telling the device. */
  makeAvailable(queue: number, head: number): void {
    const state = this.stateOf(queue);
    const ring = this.queueBase(queue) + AVAILABLE;
    this.view.setUint16(ring + 4 + 2 * (state.avail % state.size), head, true);
    state.avail = (state.avail + 1) & 0xffff;
    this.view.setUint16(ring + 2, state.avail, true);
  }

  /** The used buffers since the last call: head and number of bytes written. */
  takeUsed(queue: number): { head: number; length: number }[] {
    const state = this.stateOf(queue);
    const ring = this.queueBase(queue) + USED;
    const taken: { head: number; length: number }[] = [];
    while (this.view.getUint16(ring + 2, true) !== state.used) {
      const entry = ring + 4 + 8 * (state.used % state.size);
      taken.push({
        head: this.view.getUint32(entry, true),
        length: this.view.getUint32(entry + 4, true),
      });
      state.used = (state.used + 1) & 0xffff;
    }
    return taken;
  }

  suppressInterrupts(queue: number): void {
    this.view.setUint16(this.queueBase(queue) + AVAILABLE, 1, true);
  }

  private stateOf(queue: number): { size: number; avail: number; used: number } {
    const state = this.state.get(queue);
    if (state === undefined) throw new Error(`queue ${queue} was not set up`);
    return state;
  }
}
