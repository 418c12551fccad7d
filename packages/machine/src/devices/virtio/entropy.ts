// SPDX-License-Identifier: MPL-2.0

import type { EntropySource } from "../../host/entropy.ts";
import type { VirtioDevice, VirtioTransport } from "./device.ts";

/** One request is answered up to this size; the driver asks again (virtio 1.2, 5.4.6.2 allows less). */
const MAX_BYTES_PER_BUFFER = 64 * 1024;

/** The entropy device (virtio 1.2, 5.4). */
export class VirtioEntropy implements VirtioDevice {
  readonly deviceId = 4;
  readonly deviceFeatures = 0;
  readonly queueSizes: readonly number[] = [64];
  readonly config: Uint8Array = new Uint8Array(0);
  private readonly source: EntropySource;
  private transport: VirtioTransport | undefined;

  constructor(source: EntropySource) {
    this.source = source;
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
      if (chain.readableBytes > 0) {
        // 5.4.6.1: all buffers of this queue are device-writable.
        queue.broken = "readable descriptor in the entropy queue";
        break;
      }
      const length = Math.min(chain.writableBytes, MAX_BYTES_PER_BUFFER);
      queue.push(
        chain,
        chain.visitWritable(0, length, (guest) => this.source(guest)),
      );
      used = true;
    }
    if (used || queue.broken !== undefined) transport.usedBuffers(queue);
  }
}
