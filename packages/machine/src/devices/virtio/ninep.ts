// SPDX-License-Identifier: MPL-2.0

import type { DescriptorChain } from "./descriptor-chain.ts";
import { RequestDevice } from "./request-device.ts";

/** Feature bit: the configuration space has a mount tag (virtio 1.2, 5.10.3). */
const F_MOUNT_TAG = 1;
const QUEUE_SIZE = 128;
/** size[4] type[1] tag[2] starts every message of 9P. */
const HEADER_BYTES = 7;

/** Answers messages of 9P, one at a time. */
export interface NinePServer {
  /** The reply to a whole message. Never throws: what fails on the host is an Rlerror. */
  serve(request: Uint8Array): Uint8Array;
}

/**
 * The 9P transport (virtio 1.2, 5.10): the guest's driver puts a message into the readable part of a
 * buffer and finds the reply in the writable part. Served before the notification returns.
 */
export class VirtioNineP extends RequestDevice {
  readonly deviceId = 9;
  readonly deviceFeatures: number = F_MOUNT_TAG;
  readonly queueSizes: readonly number[] = [QUEUE_SIZE];
  readonly config: Uint8Array;
  private readonly server: NinePServer;

  /** `tag` is what the guest mounts by: ASCII. */
  constructor(tag: string, server: NinePServer) {
    super();
    this.server = server;
    const bytes = new TextEncoder().encode(tag);
    this.config = new Uint8Array(2 + bytes.length);
    new DataView(this.config.buffer).setUint16(0, bytes.length, true);
    this.config.set(bytes, 2);
  }

  protected answer(chain: DescriptorChain): number | string {
    if (chain.readableBytes < HEADER_BYTES || chain.writableBytes < HEADER_BYTES) {
      return "9P request without room for a message and its reply";
    }
    const request = new Uint8Array(chain.readableBytes);
    chain.read(0, request);
    return chain.write(0, this.server.serve(request));
  }
}
