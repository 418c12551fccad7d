// SPDX-License-Identifier: MPL-2.0

import { DmaCoherent, PAGE_SIZE } from "@aster/ostd";
import type { DmaStream } from "@aster/ostd";
import { SECTOR_BYTES } from "../../../device/block/block-device.ts";
import type {
  BlockCompletion,
  BlockDevice,
  BlockRoomListener,
} from "../../../device/block/block-device.ts";
import { DiskStatistics, RequestKind } from "../../../device/block/disk-statistics.ts";
import { DiskDevice } from "../../../device/block/disk-device.ts";
import type { Kernel } from "../../../kernel.ts";
import type { BottomHalves } from "../../bottom-half.ts";
import { VirtioDriver } from "../driver.ts";
import type { DmaPart, VirtQueue } from "../queue.ts";
import type { VirtioTransport } from "../transport.ts";

/** Feature bits (virtio 1.2, 5.2.3). */
const F_READ_ONLY = 1 << 5;
const F_FLUSH = 1 << 9;

/** Request types and status values (5.2.6). */
const RequestType = { IN: 0, OUT: 1, FLUSH: 4 } as const;
const STATUS_OK = 0;
/** What the status byte holds until the device has written it. */
const STATUS_NONE = 0xff;

const QUEUE_SIZE = 128;
/** Header (type, reserved, sector) and the status byte of one request. */
const HEADER_BYTES = 16;
const SLOT_BYTES = 32;
const SLOTS: number = PAGE_SIZE / SLOT_BYTES;
const CONFIG_CAPACITY = 0;

/** A request that the device has. */
interface PendingRequest {
  readonly slot: number;
  readonly completion: BlockCompletion;
  readonly token: number;
  readonly kind: RequestKind;
  /** Of data. */
  readonly bytes: number;
  /** When the device got it, on the monotonic clock. */
  readonly startNs: number;
}

/** Driver of the block device (virtio 1.2, 5.2): /dev/vda and on. */
export class BlockDriver extends VirtioDriver implements BlockDevice {
  readonly sectors: number;
  readonly readOnly: boolean;
  readonly statistics: DiskStatistics = new DiskStatistics();
  private readonly hasFlush: boolean;
  private readonly queue: VirtQueue;
  private readonly headers: DmaCoherent;
  private readonly freeSlots: number[] = [];
  private readonly pending: (PendingRequest | undefined)[];
  private roomListener: BlockRoomListener | undefined = undefined;

  private constructor(
    kernel: Kernel,
    bottomHalves: BottomHalves,
    transport: VirtioTransport,
    diskName: string,
    features: number,
    queue: VirtQueue,
    headers: DmaCoherent,
  ) {
    super(kernel, bottomHalves, transport, diskName);
    this.sectors = transport.readConfigU64(CONFIG_CAPACITY);
    this.readOnly = (features & F_READ_ONLY) !== 0;
    this.hasFlush = (features & F_FLUSH) !== 0;
    this.queue = queue;
    this.headers = headers;
    this.pending = new Array<PendingRequest | undefined>(queue.size).fill(undefined);
    for (let slot = SLOTS - 1; slot >= 0; slot--) this.freeSlots.push(slot);
  }

  /** Sets the device up as disk number `index`; says what is wrong where it can not. */
  static start(
    kernel: Kernel,
    bottomHalves: BottomHalves,
    transport: VirtioTransport,
    index: number,
  ): string | undefined {
    const features = transport.negotiate(F_READ_ONLY | F_FLUSH);
    if (typeof features === "string") return features;
    const queue = transport.createQueue(0, QUEUE_SIZE);
    if (typeof queue === "string") return queue;
    const headers = DmaCoherent.alloc(1);
    if (headers === undefined) return "out of memory";
    const name = diskName(index);
    const driver = new BlockDriver(kernel, bottomHalves, transport, name, features, queue, headers);
    if (!Number.isSafeInteger(driver.sectors * SECTOR_BYTES)) {
      headers.drop();
      return `a capacity of ${driver.sectors} sectors is beyond reason`;
    }
    driver.begin();
    kernel.devices.register(new DiskDevice(driver, index));
    return undefined;
  }

  // --- BlockDevice

  submitRead(
    sector: number,
    count: number,
    memory: DmaStream,
    offset: number,
    completion: BlockCompletion,
    token: number,
  ): boolean {
    const data = this.dataPart(memory, offset, count, true);
    const isTaken = this.submit(RequestType.IN, sector, data, completion, token);
    const { currentThread } = this.kernel;
    if (isTaken && currentThread !== undefined) {
      currentThread.usage.diskReadBytes += count * SECTOR_BYTES;
    }
    return isTaken;
  }

  submitWrite(
    sector: number,
    count: number,
    memory: DmaStream,
    offset: number,
    completion: BlockCompletion,
    token: number,
  ): boolean {
    const data = this.dataPart(memory, offset, count, false);
    return this.submit(RequestType.OUT, sector, data, completion, token);
  }

  /** A device without the feature writes through: there is nothing to flush (5.2.6.2). */
  submitFlush(completion: BlockCompletion, token: number): boolean {
    if (this.hasFlush) return this.submit(RequestType.FLUSH, 0, undefined, completion, token);
    completion.requestDone(token, !this.broken);
    return true;
  }

  pollCompletions(): void {
    if (!this.broken) this.onUsedBuffers();
  }

  setRoomListener(listener: BlockRoomListener): void {
    this.roomListener = listener;
  }

  private dataPart(
    memory: DmaStream,
    offset: number,
    count: number,
    deviceWrites: boolean,
  ): DmaPart {
    return { address: memory.daddr + offset, length: count * SECTOR_BYTES, deviceWrites };
  }

  private submit(
    type: number,
    sector: number,
    data: DmaPart | undefined,
    completion: BlockCompletion,
    token: number,
  ): boolean {
    if (this.broken) {
      completion.requestDone(token, false);
      return true;
    }
    const startNs = this.kernel.clock.monotonicNs();
    const slot = this.freeSlots.pop();
    if (slot === undefined) return false;
    const at = slot * SLOT_BYTES;
    this.headers.writeU32(at, type);
    this.headers.writeU32(at + 4, 0);
    this.headers.writeNumber64(at + 8, sector);
    this.headers.writeU8(at + HEADER_BYTES, STATUS_NONE);
    const address = this.headers.daddr + at;
    const parts: DmaPart[] = [{ address, length: HEADER_BYTES, deviceWrites: false }];
    if (data !== undefined) parts.push(data);
    parts.push({ address: address + HEADER_BYTES, length: 1, deviceWrites: true });
    const head = this.queue.addChain(parts);
    if (head < 0) {
      this.freeSlots.push(slot);
      return false;
    }
    const kind =
      type === RequestType.IN
        ? RequestKind.READ
        : type === RequestType.OUT
          ? RequestKind.WRITE
          : RequestKind.FLUSH;
    const bytes = data?.length ?? 0;
    this.pending[head] = { slot, completion, token, kind, bytes, startNs };
    this.statistics.began(startNs);
    this.transport.notify(this.queue);
    return true;
  }

  // --- VirtioDriver

  protected onUsedBuffers(): void {
    let any = false;
    for (let head = this.queue.takeUsed(); head >= 0; head = this.queue.takeUsed()) {
      any = true;
      const request = this.pending[head];
      this.pending[head] = undefined;
      if (request === undefined) continue;
      const status = this.headers.readU8(request.slot * SLOT_BYTES + HEADER_BYTES);
      this.freeSlots.push(request.slot);
      const { kind, bytes, startNs } = request;
      this.statistics.ended(kind, bytes, startNs, this.kernel.clock.monotonicNs());
      request.completion.requestDone(request.token, status === STATUS_OK);
    }
    this.checkQueue(this.queue);
    if (any) this.roomListener?.blockRoomAvailable();
  }

  /** Every request fails; its memory is never used again, for the device may still write to it. */
  protected onBroken(): void {
    for (let head = 0; head < this.pending.length; head++) {
      const request = this.pending[head];
      this.pending[head] = undefined;
      request?.completion.requestDone(request.token, false);
    }
    this.roomListener?.blockRoomAvailable();
  }
}

/** vda…vdz, vdaa…, as Linux numbers them. */
function diskName(index: number): string {
  let suffix = "";
  for (let rest = index; rest >= 0; rest = Math.floor(rest / 26) - 1) {
    suffix = String.fromCharCode(0x61 + (rest % 26)) + suffix;
  }
  return `vd${suffix}`;
}
