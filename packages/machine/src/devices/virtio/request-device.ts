// SPDX-License-Identifier: MPL-2.0

import type { VirtioDevice, VirtioTransport } from "./device.ts";
import type { DescriptorChain } from "./descriptor-chain.ts";

/** A device with one queue of requests, each answered before the driver's notification returns. */
export abstract class RequestDevice implements VirtioDevice {
  abstract readonly deviceId: number;
  abstract readonly deviceFeatures: number;
  abstract readonly queueSizes: readonly number[];
  abstract readonly config: Uint8Array;
  private transport: VirtioTransport | undefined;

  /** Answers one request: the bytes written to its buffers, or why the driver has broken a rule. */
  protected abstract answer(chain: DescriptorChain): number | string;

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
      const written = this.answer(chain);
      if (typeof written === "string") {
        queue.broken = written;
        break;
      }
      queue.push(chain, written);
      used = true;
    }
    if (used || queue.broken !== undefined) transport.usedBuffers(queue);
  }
}
