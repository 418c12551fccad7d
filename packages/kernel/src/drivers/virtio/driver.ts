// SPDX-License-Identifier: MPL-2.0

import { isDmaGuarded } from "@aster/ostd";
import type { IrqCallbackHandle } from "@aster/ostd";
import type { Kernel } from "../../kernel.ts";
import type { BottomHalfWork, BottomHalves } from "../bottom-half.ts";
import { Interrupt } from "./registers.ts";
import type { VirtQueue } from "./queue.ts";
import type { VirtioTransport } from "./transport.ts";

/**
 * What the drivers of all virtio devices have in common: the interrupt, and what happens when the
 * device breaks a rule. A broken device is told so, logged once and left alone; whoever waits for
 * it is woken by `onBroken` and sees an I/O error.
 */
export abstract class VirtioDriver implements BottomHalfWork {
  readonly transport: VirtioTransport;
  /** As the log names it, e.g. "virtio-console 0". */
  readonly name: string;
  protected readonly kernel: Kernel;
  private readonly bottomHalves: BottomHalves;
  private interrupts: readonly IrqCallbackHandle[] = [];
  private configChange = false;
  private isBroken = false;

  constructor(
    kernel: Kernel,
    bottomHalves: BottomHalves,
    transport: VirtioTransport,
    name: string,
  ) {
    this.kernel = kernel;
    this.bottomHalves = bottomHalves;
    this.transport = transport;
    this.name = name;
  }

  /** Starts the device, once its queues are set up. */
  protected begin(): void {
    if (isDmaGuarded() && !this.transport.usesPlatformAccess) {
      this.kernel.log.warn(`${this.name}: the device's DMA does not go through the IOMMU`);
    }
    this.interrupts = this.transport.onInterrupt((status, line) => this.onInterrupt(status, line));
    this.transport.start();
  }

  /** Whether the device broke a rule, or asked for a reset. */
  get broken(): boolean {
    return this.isBroken;
  }

  runBottomHalf(): void {
    if (this.isBroken) return;
    if (this.configChange) {
      this.configChange = false;
      if (this.transport.needsReset) {
        this.breakDevice("the device asks for a reset");
        return;
      }
      this.onConfigChange();
    }
    this.onUsedBuffers();
  }

  /** Gives the device up; what it said or did wrong goes to the log. */
  breakDevice(reason: string): void {
    if (this.isBroken) return;
    this.isBroken = true;
    this.kernel.log.error(`${this.name}: device is broken: ${reason}`);
    this.transport.markFailed();
    // Its interrupts are no longer listened to, however many it raises.
    for (const interrupt of this.interrupts) interrupt.drop();
    this.interrupts = [];
    this.onBroken();
  }

  /** Gives the device up when `queue` has found it out. */
  protected checkQueue(queue: VirtQueue): void {
    if (queue.broken !== undefined) this.breakDevice(queue.broken);
  }

  /** The device may have used buffers of any queue. */
  protected abstract onUsedBuffers(): void;
  protected abstract onBroken(): void;
  protected onConfigChange(): void {}

  private onInterrupt(status: number, line: number): void {
    this.kernel.interrupts.setName(line, this.name);
    if ((status & Interrupt.CONFIG_CHANGE) !== 0) this.configChange = true;
    this.bottomHalves.schedule(this);
  }
}
