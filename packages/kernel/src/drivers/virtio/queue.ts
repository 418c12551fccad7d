// SPDX-License-Identifier: MPL-2.0

import { DmaCoherent, PAGE_SIZE } from "@aster/ostd";

const DESCRIPTOR_BYTES = 16;
const USED_ELEMENT_BYTES = 8;
const DESCRIPTOR_NEXT = 1;
const DESCRIPTOR_WRITE = 2;
const AVAILABLE_NO_INTERRUPT = 1;
const USED_NO_NOTIFY = 1;

/** What `takeUsed` returns where there is no chain. */
export const NONE_USED = -1;
export const QUEUE_BROKEN = -2;

/** A part of a chain: where it is, how long, and whether the device writes to it. */
export interface DmaPart {
  readonly address: number;
  readonly length: number;
  readonly deviceWrites: boolean;
}

/**
 * A split virtqueue (virtio 1.2, 2.7), from the driver's side.
 *
 * What the driver needs to know is kept in fields of its own and never read back from the memory
 * that the device can write; whatever the device answers is checked. A device that breaks a rule
 * leaves the queue `broken`: nothing is added or taken any more.
 */
export class VirtQueue {
  readonly index: number;
  readonly size: number;
  /** What the device did wrong. */
  broken: string | undefined = undefined;
  /** Bytes that the device wrote to the chain that `takeUsed` gave last. */
  usedLength = 0;

  private readonly memory: DmaCoherent;
  private readonly availableOffset: number;
  private readonly usedOffset: number;
  /** Successor of each descriptor, in its chain or in the list of free ones. */
  private readonly next: Uint16Array;
  /** Per head of a chain in flight: descriptors (0: no head), and bytes that the device may write. */
  private readonly chainLength: Uint16Array;
  private readonly writableBytes: Float64Array;
  private firstFree = 0;
  private freeCount: number;
  private availableIndex = 0;
  private usedIndex = 0;
  private inFlightCount = 0;

  private constructor(index: number, size: number, memory: DmaCoherent) {
    this.index = index;
    this.size = size;
    this.memory = memory;
    this.availableOffset = size * DESCRIPTOR_BYTES;
    this.usedOffset = usedRingOffset(size);
    this.next = Uint16Array.from({ length: size }, (_, descriptor) => descriptor + 1);
    this.chainLength = new Uint16Array(size);
    this.writableBytes = new Float64Array(size);
    this.freeCount = size;
  }

  /** A queue of `size` descriptors, a power of two; undefined when memory is out. */
  static create(index: number, size: number): VirtQueue | undefined {
    const bytes = usedRingOffset(size) + 4 + size * USED_ELEMENT_BYTES + 2;
    const memory = DmaCoherent.alloc(Math.ceil(bytes / PAGE_SIZE));
    return memory === undefined ? undefined : new VirtQueue(index, size, memory);
  }

  get descriptorAddress(): number {
    return this.memory.daddr;
  }
  get driverAddress(): number {
    return this.memory.daddr + this.availableOffset;
  }
  get deviceAddress(): number {
    return this.memory.daddr + this.usedOffset;
  }

  get freeDescriptors(): number {
    return this.broken === undefined ? this.freeCount : 0;
  }
  /** Chains that the device has. */
  get inFlight(): number {
    return this.inFlightCount;
  }

  /** Gives the device one buffer; the head that names it, or -1 where there is no room. */
  addOne(address: number, length: number, deviceWrites: boolean): number {
    if (this.freeDescriptors < 1) return -1;
    const head = this.takeFree();
    this.describe(head, address, length, deviceWrites ? DESCRIPTOR_WRITE : 0, 0);
    this.publish(head, 1, deviceWrites ? length : 0);
    return head;
  }

  /** Gives the device a chain: what it reads first, then what it writes; -1 where there is no room. */
  addChain(parts: readonly DmaPart[]): number {
    if (parts.length === 0 || this.freeDescriptors < parts.length) return -1;
    const head = this.firstFree;
    let writable = 0;
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i];
      if (part === undefined) break;
      const descriptor = this.takeFree();
      const isLast = i === parts.length - 1;
      if (part.deviceWrites) writable += part.length;
      const flags = (part.deviceWrites ? DESCRIPTOR_WRITE : 0) | (isLast ? 0 : DESCRIPTOR_NEXT);
      this.describe(descriptor, part.address, part.length, flags, isLast ? 0 : this.firstFree);
    }
    this.publish(head, parts.length, writable);
    return head;
  }

  /** The head of a chain that the device has done with, `NONE_USED`, or `QUEUE_BROKEN`. */
  takeUsed(): number {
    if (this.broken !== undefined) return QUEUE_BROKEN;
    const deviceIndex = this.memory.readU16(this.usedOffset + 2);
    const waiting = (deviceIndex - this.usedIndex) & 0xffff;
    if (waiting === 0) return NONE_USED;
    if (waiting > this.inFlightCount) {
      return this.breakQueue(`${waiting} chains used of ${this.inFlightCount} in flight`);
    }
    const element = this.usedOffset + 4 + (this.usedIndex & (this.size - 1)) * USED_ELEMENT_BYTES;
    const head = this.memory.readU32(element);
    const length = this.memory.readU32(element + 4);
    const chain = head < this.size ? (this.chainLength[head] ?? 0) : 0;
    if (chain === 0) return this.breakQueue(`chain ${head} used, which is not in flight`);
    if (length > (this.writableBytes[head] ?? 0)) {
      return this.breakQueue(`${length} bytes written to a chain with less room`);
    }
    this.usedIndex = (this.usedIndex + 1) & 0xffff;
    this.release(head, chain);
    this.usedLength = length;
    return head;
  }

  /** Whether the device wants to hear of new chains. */
  get wantsNotification(): boolean {
    return (
      this.broken === undefined && (this.memory.readU16(this.usedOffset) & USED_NO_NOTIFY) === 0
    );
  }

  /** Whether the device shall interrupt when it has used a chain. A hint, as 2.7.10 says. */
  setInterrupts(enabled: boolean): void {
    this.memory.writeU16(this.availableOffset, enabled ? 0 : AVAILABLE_NO_INTERRUPT);
  }

  private takeFree(): number {
    const descriptor = this.firstFree;
    this.firstFree = this.next[descriptor] ?? 0;
    this.freeCount--;
    return descriptor;
  }

  private describe(
    descriptor: number,
    address: number,
    length: number,
    flags: number,
    next: number,
  ): void {
    const at = descriptor * DESCRIPTOR_BYTES;
    this.memory.writeNumber64(at, address);
    this.memory.writeU32(at + 8, length);
    this.memory.writeU16(at + 12, flags);
    this.memory.writeU16(at + 14, next);
  }

  private publish(head: number, chainLength: number, writableBytes: number): void {
    this.chainLength[head] = chainLength;
    this.writableBytes[head] = writableBytes;
    this.inFlightCount++;
    const slot = this.availableOffset + 4 + (this.availableIndex & (this.size - 1)) * 2;
    this.memory.writeU16(slot, head);
    this.availableIndex = (this.availableIndex + 1) & 0xffff;
    this.memory.writeU16(this.availableOffset + 2, this.availableIndex);
  }

  /** Puts the descriptors of a chain back into the free list, by our own links. */
  private release(head: number, chainLength: number): void {
    let last = head;
    for (let i = 1; i < chainLength; i++) last = this.next[last] ?? 0;
    this.next[last] = this.firstFree;
    this.firstFree = head;
    this.freeCount += chainLength;
    this.chainLength[head] = 0;
    this.inFlightCount--;
  }

  private breakQueue(reason: string): number {
    this.broken = `queue ${this.index}: ${reason}`;
    return QUEUE_BROKEN;
  }
}

/** The used ring stands behind the available ring, aligned to 4 bytes (2.7). */
function usedRingOffset(size: number): number {
  const end = size * DESCRIPTOR_BYTES + 6 + 2 * size;
  return end + ((4 - (end % 4)) % 4);
}
