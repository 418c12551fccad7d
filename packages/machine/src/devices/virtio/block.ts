// SPDX-License-Identifier: MPL-2.0

import type { BlockBackend } from "../block-backend.ts";
import type { DescriptorChain } from "./descriptor-chain.ts";
import { RequestDevice } from "./request-device.ts";

/** Feature bits (virtio 1.2, 5.2.3). */
export const VIRTIO_BLK_F_SEG_MAX = 2;
export const VIRTIO_BLK_F_RO = 5;
export const VIRTIO_BLK_F_BLK_SIZE = 6;
export const VIRTIO_BLK_F_FLUSH = 9;

/** Request types and status values (virtio 1.2, 5.2.6). */
export const REQUEST = { IN: 0, OUT: 1, FLUSH: 4, GET_ID: 8 } as const;
export const REPLY = { OK: 0, IOERR: 1, UNSUPP: 2 } as const;

/** struct virtio_blk_req: le32 type, le32 reserved, le64 sector; data; one byte of status. */
const HEADER_SIZE = 16;
const ID_SIZE = 20;
export const SECTOR_SIZE = 512;
const QUEUE_SIZE = 128;
/** A request has a header and a status besides its data segments. */
const SEG_MAX = QUEUE_SIZE - 2;

const CONFIG_SIZE = 60;
const CONFIG_CAPACITY = 0;
const CONFIG_SEG_MAX = 12;
const CONFIG_BLK_SIZE = 20;

export interface VirtioBlockOptions {
  readonly backend: BlockBackend;
  /** Serial number, at most 20 characters. */
  readonly serial?: string;
}

/** The block device (virtio 1.2, 5.2). Requests are served before the notification returns. */
export class VirtioBlock extends RequestDevice {
  readonly deviceId = 2;
  readonly deviceFeatures: number;
  readonly queueSizes: readonly number[] = [QUEUE_SIZE];
  readonly config: Uint8Array = new Uint8Array(CONFIG_SIZE);

  private readonly backend: BlockBackend;
  private readonly capacitySectors: number;
  private readonly serial: Uint8Array = new Uint8Array(ID_SIZE);

  constructor(options: VirtioBlockOptions) {
    super();
    this.backend = options.backend;
    // A last, incomplete sector cannot be addressed.
    this.capacitySectors = Math.floor(this.backend.sizeBytes / SECTOR_SIZE);
    const serial = options.serial ?? "aster";
    for (let i = 0; i < serial.length && i < ID_SIZE; i++) this.serial[i] = serial.charCodeAt(i);
    this.deviceFeatures =
      (1 << VIRTIO_BLK_F_SEG_MAX) |
      (1 << VIRTIO_BLK_F_BLK_SIZE) |
      (1 << VIRTIO_BLK_F_FLUSH) |
      (this.backend.readOnly ? 1 << VIRTIO_BLK_F_RO : 0);
    const view = new DataView(this.config.buffer);
    view.setUint32(CONFIG_CAPACITY, this.capacitySectors % 0x1_0000_0000, true);
    view.setUint32(CONFIG_CAPACITY + 4, Math.floor(this.capacitySectors / 0x1_0000_0000), true);
    view.setUint32(CONFIG_SEG_MAX, SEG_MAX, true);
    view.setUint32(CONFIG_BLK_SIZE, SECTOR_SIZE, true);
  }

  protected answer(chain: DescriptorChain): number | string {
    return chain.readableBytes < HEADER_SIZE || chain.writableBytes < 1
      ? "block request without a header or a status byte"
      : this.serve(chain);
  }

  /** Serves one request; returns how many bytes of its buffers were written. */
  private serve(chain: DescriptorChain): number {
    const header = new Uint8Array(HEADER_SIZE);
    chain.read(0, header);
    const view = new DataView(header.buffer);
    const type = view.getUint32(0, true);
    const sector = view.getUint32(8, true) + view.getUint32(12, true) * 0x1_0000_0000;
    // The status byte is the last of the writable part (5.2.6).
    const replyBytes = chain.writableBytes - 1;
    const result = this.execute(type, sector, chain, replyBytes);
    chain.write(replyBytes, Uint8Array.of(result));
    const returned = type === REQUEST.IN || type === REQUEST.GET_ID;
    return result === REPLY.OK && returned ? replyBytes + 1 : 1;
  }

  private execute(type: number, sector: number, chain: DescriptorChain, length: number): number {
    try {
      switch (type) {
        case REQUEST.IN: {
          if (!this.inRange(sector, length)) return REPLY.IOERR;
          const start = sector * SECTOR_SIZE;
          chain.visitWritable(0, length, (guest, done) => this.backend.read(start + done, guest));
          return REPLY.OK;
        }
        case REQUEST.OUT: {
          const count = chain.readableBytes - HEADER_SIZE;
          if (this.backend.readOnly || !this.inRange(sector, count)) return REPLY.IOERR;
          const start = sector * SECTOR_SIZE;
          chain.visitReadable(HEADER_SIZE, count, (guest, done) =>
            this.backend.write(start + done, guest),
          );
          return REPLY.OK;
        }
        case REQUEST.FLUSH:
          this.backend.flush();
          return REPLY.OK;
        case REQUEST.GET_ID:
          chain.write(0, this.serial.subarray(0, length));
          return REPLY.OK;
        default:
          return REPLY.UNSUPP;
      }
    } catch {
      // Whatever fails on the host is an error of the medium to the guest.
      return REPLY.IOERR;
    }
  }

  private inRange(sector: number, bytes: number): boolean {
    return bytes % SECTOR_SIZE === 0 && sector + bytes / SECTOR_SIZE <= this.capacitySectors;
  }
}
