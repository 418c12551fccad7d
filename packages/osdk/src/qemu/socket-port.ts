// SPDX-License-Identifier: MPL-2.0

import { createServer, type Server, type Socket } from "node:net";
import type { HostPort } from "@aster/machine/node";
import type { OutputSink } from "@aster/machine";

/**
 * The host's end of a character device of QEMU: a Unix socket that QEMU connects to once. What the
 * guest writes waits in it until there is a sink.
 */
export class SocketPort implements HostPort {
  onInputDrained: () => void = () => {};
  /** Resolves when QEMU has closed its end and all that came was handed to the sink. */
  readonly ended: Promise<void>;
  private readonly server: Server;
  private readonly waiting: Uint8Array[] = [];
  private socket: Socket | undefined;
  private sink: OutputSink | undefined;
  private hasEndedInput = false;
  private isClosed = false;
  private end: () => void = () => {};

  private constructor(server: Server) {
    this.server = server;
    this.ended = new Promise((resolve) => {
      this.end = resolve;
    });
    server.once("connection", (socket) => this.connect(socket));
  }

  /** Listens at `path` for QEMU. */
  static listen(path: string): Promise<SocketPort> {
    // Each direction ends by itself.
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(path, () => resolve(new SocketPort(server)));
    });
  }

  send(bytes: Uint8Array): boolean {
    if (this.hasEndedInput || this.isClosed) return true;
    if (this.socket !== undefined) return this.socket.write(bytes);
    this.waiting.push(bytes);
    return true;
  }

  endInput(): void {
    this.hasEndedInput = true;
    this.socket?.end();
  }

  /** Takes nothing more from the guest, and tells it so. */
  close(): void {
    this.isClosed = true;
    this.socket?.destroy();
    this.end();
  }

  set output(sink: OutputSink | undefined) {
    this.sink = sink;
    if (this.socket !== undefined) this.receive(this.socket);
  }

  resumeOutput(): void {
    this.socket?.resume();
  }

  /** QEMU is gone: nothing more comes than what is in the socket. */
  qemuEnded(): void {
    this.server.close();
    if (this.socket === undefined) this.end();
    // Without a sink nobody wants the rest.
    else if (this.sink === undefined) this.close();
  }

  private connect(socket: Socket): void {
    this.server.close();
    if (this.isClosed) {
      socket.destroy();
      return;
    }
    this.socket = socket;
    socket.on("error", () => this.close());
    socket.on("drain", () => this.onInputDrained());
    socket.on("end", () => this.end());
    socket.on("close", () => this.end());
    for (const bytes of this.waiting) socket.write(bytes);
    this.waiting.length = 0;
    if (this.hasEndedInput) socket.end();
    if (this.sink !== undefined) this.receive(socket);
  }

  private receive(socket: Socket): void {
    if (socket.listenerCount("data") === 0) {
      socket.on("data", (bytes: Buffer) => {
        if (this.sink?.(bytes) === false) socket.pause();
      });
    }
    socket.resume();
  }
}
