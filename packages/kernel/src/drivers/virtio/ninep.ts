// SPDX-License-Identifier: MPL-2.0

import { DmaStream, monotonicNs, PAGE_SIZE } from "@aster/ostd";
import type { NinePChannel } from "../../fs/ninep/channel.ts";
import { HostFolder } from "../../fs/ninep/host-folder.ts";
import type { Kernel } from "../../kernel.ts";
import type { BottomHalves } from "../bottom-half.ts";
import { VirtioDriver } from "./driver.ts";
import type { VirtQueue } from "./queue.ts";
import type { VirtioTransport } from "./transport.ts";

/** Feature bit: the configuration space names the folder (virtio 1.2, 5.10.3). */
const F_MOUNT_TAG = 1;
const TAG_BYTES_MAX = 255;
/** 16 pages of data and a header. */
const BUFFER_PAGES = 17;
/** A device that has not answered by then is taken for dead. */
const PATIENCE_NS = 30_000_000_000;

/**
 * Driver of the 9P transport (virtio 1.2, 5.10). A request is over when the call returns: the
 * processor polls the device meanwhile, as with disks (see PolledDisk).
 */
export class NinePDriver extends VirtioDriver implements NinePChannel {
  readonly messageBytesMax: number = BUFFER_PAGES * PAGE_SIZE;
  private readonly queue: VirtQueue;
  private readonly request: DmaStream;
  private readonly reply: DmaStream;
  /** Bytes of the reply that came; -1 while the device has the request. */
  private replyBytes = -1;

  private constructor(
    kernel: Kernel,
    bottomHalves: BottomHalves,
    transport: VirtioTransport,
    queue: VirtQueue,
    request: DmaStream,
    reply: DmaStream,
  ) {
    super(kernel, bottomHalves, transport, "virtio-9p");
    this.queue = queue;
    this.request = request;
    this.reply = reply;
  }

  /** Sets the device up; the folder is known by its tag from then on. */
  static start(
    kernel: Kernel,
    bottomHalves: BottomHalves,
    transport: VirtioTransport,
  ): string | undefined {
    const features = transport.negotiate(F_MOUNT_TAG);
    if (typeof features === "string") return features;
    if ((features & F_MOUNT_TAG) === 0) return "the device has no mount tag";
    const queue = transport.createQueue(0, 16);
    if (typeof queue === "string") return queue;
    const request = DmaStream.alloc(BUFFER_PAGES, "toDevice");
    const reply = DmaStream.alloc(BUFFER_PAGES, "fromDevice");
    if (request === undefined || reply === undefined) return "out of memory";
    const tag = readTag(transport);
    const driver = new NinePDriver(kernel, bottomHalves, transport, queue, request, reply);
    driver.begin();
    kernel.hostFolders.set(tag, new HostFolder(driver));
    return undefined;
  }

  exchange(message: Uint8Array): Uint8Array | undefined {
    if (this.broken || message.length > this.request.size) return undefined;
    this.request.segment.writeBytes(0, message, 0, message.length);
    this.request.syncToDevice(0, message.length);
    this.replyBytes = -1;
    const head = this.queue.addChain([
      { address: this.request.daddr, length: message.length, deviceWrites: false },
      { address: this.reply.daddr, length: this.reply.size, deviceWrites: true },
    ]);
    if (head < 0) return undefined;
    this.transport.notify(this.queue);
    const deadlineNs = monotonicNs() + PATIENCE_NS;
    while (this.replyBytes < 0) {
      this.onUsedBuffers();
      if (this.broken) return undefined;
      if (this.replyBytes < 0 && monotonicNs() > deadlineNs) {
        this.breakDevice("no answer for 30 s");
        return undefined;
      }
    }
    const bytes = new Uint8Array(this.replyBytes);
    this.reply.syncFromDevice(0, bytes.length);
    this.reply.segment.readBytes(0, bytes, 0, bytes.length);
    return bytes;
  }

  protected onUsedBuffers(): void {
    for (let head = this.queue.takeUsed(); head >= 0; head = this.queue.takeUsed()) {
      this.replyBytes = this.queue.usedLength;
    }
    this.checkQueue(this.queue);
  }

  /** Whoever asks gets no answer any more. */
  protected onBroken(): void {}
}

function readTag(transport: VirtioTransport): string {
  const length = Math.min(transport.readConfigU16(0), TAG_BYTES_MAX);
  let tag = "";
  for (let i = 0; i < length; i++) tag += String.fromCharCode(transport.readConfigU8(2 + i));
  return tag;
}
