// SPDX-License-Identifier: MPL-2.0

import { Socket, type ConnectOpts, type SocketConstructorOpts } from "node:net";
import type { Readable } from "node:stream";
import { ReadStream } from "node:tty";
import type { InputPort } from "../agent/input-writer.ts";

/** As much as a socket holds; a pipe holds a quarter of it. */
const READ_BYTES = 256 * 1024;

/**
 * Feeds what can be read from `source`, whose end, or an error, is the input's. What it gives back
 * is what is read, and to be paused at the end.
 */
export function feedPort(source: Readable, input: InputPort): Readable {
  const end = (): void => input.endInput();
  const reader = isPipe(source) ? pipeReader(source, input) : source;
  input.onInputDrained = () => reader.resume();
  reader.on("data", (bytes: Buffer) => {
    if (!input.send(bytes)) reader.pause();
  });
  reader.on("end", end);
  // A read error (a directory, a terminal that went away) is an end to the guest.
  reader.on("error", end);
  // The run before may have paused it.
  reader.resume();
  return reader;
}

function isPipe(source: Readable): source is Socket & { readonly fd: number } {
  return (
    source instanceof Socket && !(source instanceof ReadStream) && "fd" in source && source.fd === 0
  );
}

/**
 * Reads the same pipe or socket into one buffer. Node's own stream reads 64 KiB at a time, each
 * into memory of its own, and the guest would be woken for each.
 */
function pipeReader({ fd }: { readonly fd: number }, input: InputPort): Socket {
  const options: SocketConstructorOpts & ConnectOpts = {
    fd,
    readable: true,
    writable: false,
    onread: {
      buffer: new Uint8Array(READ_BYTES),
      callback: (count, buffer) => input.send(buffer.subarray(0, count)),
    },
  };
  return new Socket(options);
}
