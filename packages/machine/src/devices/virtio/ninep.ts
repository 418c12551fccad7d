// SPDX-License-Identifier: MPL-2.0

import type { VirtioDevice, VirtioTransport } from "./device.ts";

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
export class VirtioNineP implements VirtioDevice {
  readonly deviceId = 9;
  readonly deviceFeatures: number = F_MOUNT_TAG;
  readonly queueSizes: readonly number[] = [QUEUE_SIZE];
  readonly config: Uint8Array;
  private readonly server: NinePServer;
  private transport: VirtioTransport | undefined;

  /** `tag` is what the guest mounts by: ASCII. */
  constructor(tag: string, server: NinePServer) {
    this.server = server;
    const bytes = new TextEncoder().encode(tag);
    this.config = new Uint8Array(2 + bytes.length);
    new DataView(this.config.buffer).setUint16(0, bytes.length, true);
    this.config.set(bytes, 2);
  }

  attach(transport: VirtioTransport): void {
    this.transport = transport;
  }

  start(): void {
    this.notify(0);
  }

  reset(): void {}

  configWritten(): void {}

  notify(_index: number): void {
    const transport = this.transport;
    if (transport === undefined || !transport.running) return;
    const queue = transport.queue(0);
    let used = false;
    for (let chain = queue.pop(); chain !== undefined; chain = queue.pop()) {
      if (chain.readableBytes < HEADER_BYTES || chain.writableBytes < HEADER_BYTES) {
        queue.broken = "9P request without room for a message and its reply";
        break;
      }
      const request = new Uint8Array(chain.readableBytes);
      chain.read(0, request);
      queue.push(chain, chain.write(0, this.server.serve(request)));
      used = true;
    }
    if (used || queue.broken !== undefined) transport.usedBuffers(queue);
  }
}
