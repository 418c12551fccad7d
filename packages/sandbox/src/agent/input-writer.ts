// SPDX-License-Identifier: MPL-2.0

import { DATA_BYTES_MAX } from "@aster/kernel/agent";
import type { HostPort } from "@aster/machine/node";
import { SandboxError } from "../errors.ts";
import type { GuestCommand } from "./command.ts";
import type { InputSource } from "./input-source.ts";

/** What is longer is no small part: it goes by itself, without another copy. */
const SMALL_BYTES = 16 * 1024;

/** Takes input as it comes, and asks its source to wait. */
export type InputPort = Pick<HostPort, "send" | "endInput" | "onInputDrained">;

/**
 * Writes a command's input, as fast as the command reads it. What is written in many small parts
 * within one turn of the event loop goes in few messages: the first at once, the rest together.
 */
export class InputWriter implements InputPort {
  /** Called when there is room again, after `send` returned false. */
  onInputDrained: () => void = () => {};

  private readonly command: GuestCommand;
  /** What `send` was given and there was no room for. */
  private readonly held: Uint8Array[] = [];
  private isEnding = false;
  /** What waits for the guest to take more. */
  private wake: (() => void) | undefined;
  private failure: SandboxError | undefined;
  private source: InputSource | undefined;
  /** Small parts that wait for the end of the turn; made when there are any. */
  private gathered: Uint8Array | undefined;
  private gatheredBytes = 0;
  private isGathering = false;

  constructor(command: GuestCommand) {
    this.command = command;
  }

  /** Resolves when all bytes are on their way; rejects when nobody will read them. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let done = 0; ;) {
      if (this.failure !== undefined) throw this.failure;
      done += this.put(bytes.subarray(done));
      if (done === bytes.length) return;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  /**
   * As `write`, without promises: takes all of `bytes`, which the caller may use again; false asks
   * to wait for `onInputDrained`, which is never called where nobody reads any more.
   */
  send(bytes: Uint8Array): boolean {
    if (this.failure !== undefined) return false;
    const done = this.held.length > 0 ? 0 : this.put(bytes);
    if (done < bytes.length) this.held.push(new Uint8Array(bytes.subarray(done)));
    return this.held.length === 0;
  }

  /** No more will be sent. */
  endInput(): void {
    if (this.held.length === 0) this.end();
    else this.isEnding = true;
  }

  /** Writes all that `source` gives; it is stopped as soon as nobody reads any more. */
  async writeAll(source: InputSource): Promise<void> {
    this.source = source;
    try {
      for (;;) {
        if (this.failure !== undefined) throw this.failure;
        const part = await source.next();
        if (part === undefined) return;
        await this.write(part);
      }
    } catch (error) {
      source.stop(InputWriter.closedByReader());
      throw error;
    }
  }

  /** No more will be written. */
  end(): void {
    this.flush();
    this.command.endInput();
  }

  drained(): void {
    const { wake } = this;
    this.wake = undefined;
    wake?.();
    if (this.held.length > 0) this.sendHeld();
  }

  /** No more can be written. */
  fail(error: SandboxError): void {
    this.failure ??= error;
    this.source?.stop(this.failure);
    this.held.length = 0;
    this.drained();
  }

  static closedByReader(): SandboxError {
    const message = "the command has closed its standard input";
    return new SandboxError("closed", message, { errno: "EPIPE" });
  }

  private sendHeld(): void {
    for (let first = this.held[0]; first !== undefined; first = this.held[0]) {
      const done = this.put(first);
      if (done < first.length) {
        this.held[0] = first.subarray(done);
        return;
      }
      this.held.shift();
    }
    if (this.isEnding) this.end();
    else this.onInputDrained();
  }

  /** Sends, or gathers, what there is room for; how many bytes. */
  private put(bytes: Uint8Array): number {
    if (bytes.length === 0 || this.gather(bytes)) return bytes.length;
    this.flush();
    let done = 0;
    while (done < bytes.length) {
      const sent = this.command.sendInput(bytes.subarray(done));
      if (sent === 0) return done;
      done += sent;
    }
    this.gatherThisTurn();
    return done;
  }

  /** Keeps a small part for later in this turn, where that is what happens to them. */
  private gather(bytes: Uint8Array): boolean {
    const total = this.gatheredBytes + bytes.length;
    const room = Math.min(DATA_BYTES_MAX, this.command.inputRoom);
    if (!this.isGathering || bytes.length > SMALL_BYTES || total > room) return false;
    this.gathered ??= new Uint8Array(DATA_BYTES_MAX);
    this.gathered.set(bytes, this.gatheredBytes);
    this.gatheredBytes = total;
    return true;
  }

  private gatherThisTurn(): void {
    if (this.isGathering) return;
    this.isGathering = true;
    setImmediate(() => {
      this.isGathering = false;
      if (this.gatheredBytes === 0) return;
      this.flush();
      this.gatherThisTurn();
    });
  }

  /** Sends what was gathered, for which there was room. */
  private flush(): void {
    if (this.gatheredBytes > 0 && this.gathered !== undefined) {
      this.command.sendInput(this.gathered.subarray(0, this.gatheredBytes));
    }
    this.gatheredBytes = 0;
  }
}
