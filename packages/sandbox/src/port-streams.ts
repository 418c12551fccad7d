// SPDX-License-Identifier: MPL-2.0

import type { HostPort } from "@aster/machine/node";
import { toBytes } from "./agent/byte-strings.ts";
import { SandboxError } from "./errors.ts";

/** Bytes of output that wait for their reader; the guest waits when there are more. */
const QUEUE_BYTES = 64 * 1024;

/** A guest's port as web streams: what is not taken on one side makes the other wait. */
export class PortStreams {
  readonly input: WritableStream<Uint8Array | string>;
  readonly output: ReadableStream<Uint8Array>;
  private readonly port: HostPort;
  private outputController: ReadableStreamDefaultController<Uint8Array> | undefined;
  private inputController: WritableStreamDefaultController | undefined;
  private isOutputOpen = true;
  private hasEnded = false;

  constructor(port: HostPort) {
    this.port = port;
    this.output = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.outputController = controller;
        },
        pull: () => port.resumeOutput(),
        cancel: () => {
          this.isOutputOpen = false;
          port.close();
        },
      },
      { highWaterMark: QUEUE_BYTES, size: (bytes) => bytes?.byteLength ?? 0 },
    );
    this.input = new WritableStream({
      start: (controller) => {
        this.inputController = controller;
      },
      write: (part) => this.send(toBytes(part)),
      close: () => port.endInput(),
      abort: () => port.endInput(),
    });
    port.output = (bytes) => this.receive(bytes);
  }

  /** The guest has gone: gives what it wrote last to the reader, and ends the streams. */
  finish(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    // What did not fit is taken all the same: it is no more than the device's queue holds.
    this.port.resumeOutput();
    this.port.onInputDrained();
    if (this.isOutputOpen) this.outputController?.close();
    this.isOutputOpen = false;
    this.inputController?.error(new SandboxError("closed", "the system has ended"));
  }

  /** Shows bytes that do not come by the port. */
  show(bytes: Uint8Array): void {
    if (this.isOutputOpen) this.outputController?.enqueue(bytes);
  }

  private receive(bytes: Uint8Array): boolean {
    if (!this.isOutputOpen) return true;
    this.outputController?.enqueue(bytes);
    return this.hasEnded || (this.outputController?.desiredSize ?? 1) > 0;
  }

  private send(bytes: Uint8Array): Promise<void> | undefined {
    if (this.hasEnded || this.port.send(bytes)) return undefined;
    return new Promise((resolve) => {
      this.port.onInputDrained = () => {
        this.port.onInputDrained = () => {};
        resolve();
      };
    });
  }
}
