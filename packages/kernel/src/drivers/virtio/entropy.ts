// SPDX-License-Identifier: MPL-2.0

import { DmaStream } from "@aster/ostd";
import type { Kernel } from "../../kernel.ts";
import type { BottomHalves } from "../bottom-half.ts";
import { VirtioDriver } from "./driver.ts";
import type { VirtQueue } from "./queue.ts";
import type { VirtioTransport } from "./transport.ts";

const REQUEST_BYTES = 64;

/** Driver of the entropy device (virtio 1.2, 5.4): asks for bytes once, at boot, for the random pool. */
export class EntropyDriver extends VirtioDriver {
  private readonly queue: VirtQueue;
  private readonly memory: DmaStream;

  private constructor(
    kernel: Kernel,
    bottomHalves: BottomHalves,
    transport: VirtioTransport,
    queue: VirtQueue,
    memory: DmaStream,
  ) {
    super(kernel, bottomHalves, transport, "virtio-rng");
    this.queue = queue;
    this.memory = memory;
  }

  static start(
    kernel: Kernel,
    bottomHalves: BottomHalves,
    transport: VirtioTransport,
  ): string | undefined {
    const features = transport.negotiate(0);
    if (typeof features === "string") return features;
    const queue = transport.createQueue(0, 8);
    if (typeof queue === "string") return queue;
    const memory = DmaStream.alloc(1, "fromDevice");
    if (memory === undefined) return "out of memory";
    const driver = new EntropyDriver(kernel, bottomHalves, transport, queue, memory);
    driver.begin();
    queue.addOne(memory.daddr, REQUEST_BYTES, true);
    transport.notify(queue);
    return undefined;
  }

  protected onUsedBuffers(): void {
    for (let head = this.queue.takeUsed(); head >= 0; head = this.queue.takeUsed()) {
      const bytes = new Uint8Array(this.queue.usedLength);
      this.memory.reader(0, bytes.length).readBytes(bytes);
      this.kernel.devices.random.mix(bytes);
    }
    this.checkQueue(this.queue);
  }

  /** The pool stands on what OSTD gave it. */
  protected onBroken(): void {}
}
