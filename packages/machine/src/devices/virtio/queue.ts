// SPDX-License-Identifier: MPL-2.0

import type { GuestMemory } from "../guest-memory.ts";
import { DescriptorChain } from "./descriptor-chain.ts";

/** Descriptor flags (virtio 1.2, 2.7.5). */
const DESC_F_NEXT = 1;
const DESC_F_WRITE = 2;
const DESC_F_INDIRECT = 4;
const DESC_SIZE = 16;

/** The driver wants no interrupt when a buffer was used (virtio 1.2, 2.7.6). */
const AVAIL_F_NO_INTERRUPT = 1;

/**
 * The device's side of a split virtqueue (virtio 1.2, 2.7).
 *
 * The rings stand in guest memory and a driver can put anything there. Whatever
 * breaks a rule makes the queue `broken`, with the reason, and nothing is
 * served from it until the device is reset; the transport tells the driver.
 */
export class VirtQueue {
  readonly maxSize: number;
  /** Reason why the queue stopped; undefined while it is sound. */
  broken: string | undefined;
  /** INDIRECT_DESC was negotiated. */
  indirectAllowed = false;

  size: number;
  ready = false;
  descriptorTable = 0;
  availableRing = 0;
  usedRing = 0;

  private readonly memory: GuestMemory;
  /** Free-running counters, modulo 2^16, as in the rings. */
  private nextAvailable = 0;
  private nextUsed = 0;

  constructor(memory: GuestMemory, maxSize: number) {
    this.memory = memory;
    this.maxSize = maxSize;
    this.size = maxSize;
  }

  reset(): void {
    this.broken = undefined;
    this.indirectAllowed = false;
    this.size = this.maxSize;
    this.ready = false;
    this.descriptorTable = 0;
    this.availableRing = 0;
    this.usedRing = 0;
    this.nextAvailable = 0;
    this.nextUsed = 0;
  }

  /** The driver says that the rings are set up. Alignment: virtio 1.2, 2.7. */
  enable(): void {
    if (this.size < 1 || this.size > this.maxSize || (this.size & (this.size - 1)) !== 0) {
      this.broken = `queue size ${this.size} is no power of two up to ${this.maxSize}`;
      return;
    }
    this.checkArea("descriptor table", this.descriptorTable, DESC_SIZE * this.size, 16);
    this.checkArea("available ring", this.availableRing, 6 + 2 * this.size, 2);
    this.checkArea("used ring", this.usedRing, 6 + 8 * this.size, 4);
    this.nextAvailable = 0;
    this.nextUsed = 0;
    this.ready = this.broken === undefined;
  }

  /** Whether the driver has put a buffer there that `pop` would return. */
  hasAvailable(): boolean {
    return this.ready && this.broken === undefined && this.availableCount() > 0;
  }

  /** Takes the next buffer, or undefined when there is none or the queue is broken. */
  pop(): DescriptorChain | undefined {
    if (!this.hasAvailable()) return undefined;
    const slot = this.nextAvailable & (this.size - 1);
    const head = this.memory.readU16(this.availableRing + 4 + 2 * slot);
    const chain = this.walk(head);
    if (this.checkAccess() || chain === undefined) return undefined;
    this.nextAvailable = (this.nextAvailable + 1) & 0xffff;
    return chain;
  }

  /**
   * Gives a buffer back, with the number of bytes that the device wrote into it. Not when the
   * IOMMU kept the device from the buffer: then the queue is broken.
   */
  push(chain: DescriptorChain, writtenBytes: number): void {
    if (this.checkAccess()) return;
    const entry = this.usedRing + 4 + 8 * (this.nextUsed & (this.size - 1));
    this.memory.writeU32(entry, chain.head);
    this.memory.writeU32(entry + 4, writtenBytes);
    this.nextUsed = (this.nextUsed + 1) & 0xffff;
    this.memory.writeU16(this.usedRing + 2, this.nextUsed);
    this.checkAccess();
  }

  /** Whether the driver wants to hear of used buffers. */
  wantsInterrupt(): boolean {
    return (this.memory.readU16(this.availableRing) & AVAIL_F_NO_INTERRUPT) === 0;
  }

  /** Whether the IOMMU refused an access, which breaks the queue. */
  private checkAccess(): boolean {
    const { refused } = this.memory;
    if (refused === undefined) return false;
    this.memory.refused = undefined;
    this.broken ??= `DMA: ${refused}`;
    return true;
  }

  private availableCount(): number {
    const count = (this.memory.readU16(this.availableRing + 2) - this.nextAvailable) & 0xffff;
    if (this.checkAccess()) return 0;
    if (count > this.size) {
      this.broken = `available index is ${count} ahead in a queue of ${this.size}`;
      return 0;
    }
    return count;
  }

  private checkArea(what: string, address: number, length: number, alignment: number): void {
    if (!this.memory.contains(address, length) || address % alignment !== 0) {
      this.broken ??= `${what} at 0x${address.toString(16)} is not in RAM or not aligned`;
    }
  }

  private walk(head: number): DescriptorChain | undefined {
    const chain = new DescriptorChain(this.memory, head);
    let table = this.descriptorTable;
    let tableLength = this.size;
    let index = head;
    let indirect = false;
    // A chain is no longer than the queue (2.7.5.3.1): more steps are a loop.
    for (let steps = 0; steps < this.size; steps++) {
      if (index >= tableLength) {
        return this.fail(`descriptor ${index} in a table of ${tableLength}`);
      }
      const entry = table + DESC_SIZE * index;
      const address = this.memory.readU64(entry);
      const length = this.memory.readU32(entry + 8);
      const flags = this.memory.readU16(entry + 12);
      if (!this.memory.contains(address, length)) {
        return this.fail(`buffer of ${length} bytes at 0x${address.toString(16)} is not in RAM`);
      }
      if ((flags & DESC_F_INDIRECT) !== 0) {
        // 2.7.5.3: one level, never together with NEXT, a whole number of descriptors.
        const sound =
          this.indirectAllowed &&
          !indirect &&
          (flags & DESC_F_NEXT) === 0 &&
          length >= DESC_SIZE &&
          length % DESC_SIZE === 0;
        if (!sound) return this.fail("indirect descriptor where none may be");
        indirect = true;
        table = address;
        tableLength = length / DESC_SIZE;
        index = 0;
        continue;
      }
      if (!chain.add(address, length, (flags & DESC_F_WRITE) !== 0)) {
        return this.fail("readable descriptor after a writable one");
      }
      if (chain.readableBytes + chain.writableBytes > this.memory.size) {
        return this.fail("buffer larger than RAM");
      }
      if ((flags & DESC_F_NEXT) === 0) return chain;
      index = this.memory.readU16(entry + 14);
    }
    return this.fail("descriptor chain longer than the queue");
  }

  private fail(reason: string): undefined {
    this.broken = reason;
    return undefined;
  }
}
