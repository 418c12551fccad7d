// SPDX-License-Identifier: MPL-2.0

import type { EntropySource } from "../../host/entropy.ts";
import type { DescriptorChain } from "./descriptor-chain.ts";
import { RequestDevice } from "./request-device.ts";

/** One request is answered up to this size; the driver asks again (virtio 1.2, 5.4.6.2 allows less). */
const MAX_BYTES_PER_BUFFER = 64 * 1024;

/** The entropy device (virtio 1.2, 5.4). */
export class VirtioEntropy extends RequestDevice {
  readonly deviceId = 4;
  readonly deviceFeatures = 0;
  readonly queueSizes: readonly number[] = [64];
  readonly config: Uint8Array = new Uint8Array(0);
  private readonly source: EntropySource;

  constructor(source: EntropySource) {
    super();
    this.source = source;
  }

  protected answer(chain: DescriptorChain): number | string {
    // 5.4.6.1: all buffers of this queue are device-writable.
    if (chain.readableBytes > 0) return "readable descriptor in the entropy queue";
    const length = Math.min(chain.writableBytes, MAX_BYTES_PER_BUFFER);
    return chain.visitWritable(0, length, (guest) => this.source(guest));
  }
}
