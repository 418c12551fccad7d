// SPDX-License-Identifier: MPL-2.0

import type { HostPort } from "@aster/machine/node";
import type { FromWorker, ToWorker } from "./worker-messages.ts";

/** Bytes that may be on their way between the threads, in each direction. */
const WINDOW_BYTES = 64 * 1024;

/** The console's port on the caller's thread: the port itself is the worker's. */
export class FarConsole implements HostPort {
  onInputDrained: () => void = () => {};
  private readonly post: (message: ToWorker) => void;
  private sink: ((bytes: Uint8Array) => boolean) | undefined;
  /** Bytes that the reader had no room for, and that the guest has no credit for yet. */
  private unpaid = 0;
  private typed = 0;

  constructor(post: (message: ToWorker) => void) {
    this.post = post;
  }

  set output(sink: ((bytes: Uint8Array) => boolean) | undefined) {
    this.sink = sink;
    this.resumeOutput();
  }

  send(bytes: Uint8Array): boolean {
    this.typed += bytes.length;
    this.post({ type: "typed", bytes });
    return this.typed < WINDOW_BYTES;
  }

  endInput(): void {
    this.post({ type: "typed-end" });
  }

  close(): void {
    this.sink = undefined;
    this.post({ type: "hang-up" });
  }

  resumeOutput(): void {
    if (this.unpaid > 0) this.post({ type: "shown", bytes: this.unpaid });
    this.unpaid = 0;
  }

  /** From the worker. */
  receive(bytes: Uint8Array): void {
    if (this.sink === undefined || this.sink(bytes)) {
      this.post({ type: "shown", bytes: bytes.length });
    } else {
      this.unpaid += bytes.length;
    }
  }

  /** The guest has taken what was typed. */
  taken(bytes: number): void {
    const wasFull = this.typed >= WINDOW_BYTES;
    this.typed -= bytes;
    if (wasFull && this.typed < WINDOW_BYTES) this.onInputDrained();
  }
}

/** The worker's side: joins the port with messages. */
export class NearConsole {
  private readonly port: HostPort;
  private readonly post: (message: FromWorker) => void;
  /** Bytes that the caller has not looked at. */
  private backlog = 0;
  private untaken = 0;
  private hasEnded = false;

  constructor(port: HostPort, post: (message: FromWorker) => void) {
    this.port = port;
    this.post = post;
    port.output = (bytes) => {
      this.backlog += bytes.length;
      post({ type: "console", bytes });
      return this.hasEnded || this.backlog < WINDOW_BYTES;
    };
    port.onInputDrained = () => this.tellTaken();
  }

  typed(bytes: Uint8Array): void {
    this.untaken += bytes.length;
    if (this.port.send(bytes)) this.tellTaken();
  }

  shown(bytes: number): void {
    const wasFull = this.backlog >= WINDOW_BYTES;
    this.backlog -= bytes;
    if (wasFull && this.backlog < WINDOW_BYTES) this.port.resumeOutput();
  }

  /** The kernel was left: what it wrote last goes to the caller, who may have no room for it. */
  finish(): void {
    this.hasEnded = true;
    this.port.resumeOutput();
  }

  private tellTaken(): void {
    this.post({ type: "taken", bytes: this.untaken });
    this.untaken = 0;
  }
}
