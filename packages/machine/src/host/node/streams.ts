// SPDX-License-Identifier: MPL-2.0

import type { Readable, Writable } from "node:stream";
import type { ConsolePort } from "../../devices/virtio/console-port.ts";

/** The host's end of a pair of byte streams: a `ConsolePort`, or one of another machine's. */
export type HostPort = Pick<
  ConsolePort,
  "send" | "endInput" | "close" | "output" | "resumeOutput" | "onInputDrained"
>;

/** Feeds `stream` to the guest; its end, or an error, ends the port's input. */
export function pumpInput(stream: Readable, port: HostPort): void {
  port.onInputDrained = () => stream.resume();
  stream.on("data", (bytes: Buffer) => {
    if (!port.send(bytes)) stream.pause();
  });
  stream.on("end", () => port.endInput());
  // A read error (a directory, a terminal that went away) is an end to the guest.
  stream.on("error", () => port.endInput());
}

export interface OutputPump {
  /** Waits until everything written so far was handed to the host. */
  flush(): Promise<void>;
}

/**
 * Writes the guest's output to `stream`, and makes the guest wait while it is full.
 * When nobody reads it any more (EPIPE) the port's host end is closed, which the
 * guest's kernel can turn into EPIPE for its own writer.
 */
export function pumpOutput(port: HostPort, stream: Writable): OutputPump {
  let broken = false;
  stream.on("error", () => {
    broken = true;
    port.close();
  });
  stream.on("drain", () => port.resumeOutput());
  port.output = (bytes) => broken || stream.write(bytes);
  return {
    flush: () =>
      new Promise<void>((resolve) => {
        if (broken || stream.destroyed) resolve();
        else stream.write(new Uint8Array(0), () => resolve());
      }),
  };
}
