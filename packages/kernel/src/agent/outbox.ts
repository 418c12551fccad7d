// SPDX-License-Identifier: MPL-2.0

import { VmReader } from "@aster/ostd";
import type { ConsolePort } from "../drivers/virtio/console/port.ts";
import { GuestMessage } from "./protocol.ts";
import { MessageWriter } from "./wire.ts";

/** More than this waiting for the host, and no more output of commands is read. */
const FULL_BYTES = 1024 * 1024;

/** Messages on their way to the host. */
export class Outbox {
  private readonly port: ConsolePort;
  private readonly messages: Uint8Array[] = [];
  private bytes = 0;

  constructor(port: ConsolePort) {
    this.port = port;
  }

  get isFull(): boolean {
    return this.bytes > FULL_BYTES;
  }

  send(message: MessageWriter): void {
    this.add(message.finish());
  }

  /** Sends a whole message, whose bytes the caller may use again. */
  sendBytes(message: VmReader): void {
    if (this.messages.length === 0) this.port.writeFrom(message);
    if (message.remain === 0) return;
    const bytes = new Uint8Array(message.remain);
    message.readBytes(bytes);
    this.add(bytes);
  }

  /** A request failed; `errno` is positive. */
  fail(id: number, errno: number, what: string): void {
    this.send(new MessageWriter(GuestMessage.FAILED, id).u32(errno).text(what));
  }

  private add(bytes: Uint8Array): void {
    this.messages.push(bytes);
    this.bytes += bytes.length;
    this.flush();
  }

  /** Moves what there is room for to the port. */
  flush(): void {
    for (let first = this.messages[0]; first !== undefined; first = this.messages[0]) {
      if (this.port.outputRoom === 0) return;
      const sent = this.port.writeFrom(VmReader.from(first));
      this.bytes -= sent;
      if (sent < first.length) this.messages[0] = first.subarray(sent);
      else this.messages.shift();
    }
  }
}
