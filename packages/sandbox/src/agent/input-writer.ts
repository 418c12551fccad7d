// SPDX-License-Identifier: MPL-2.0

import { DATA_BYTES_MAX } from "@aster/kernel/agent";
import { SandboxError } from "../errors.ts";
import type { GuestCommand } from "./command.ts";
import type { InputSource } from "./input-source.ts";

/** What is longer is no small part: it goes by itself, without another copy. */
const SMALL_BYTES = 16 * 1024;

/**
 * Writes a command's input, as fast as the command reads it. What is written in many small parts
 * within one turn of the event loop goes in few messages: the first at once, the rest together.
 */
export class InputWriter {
  private readonly command: GuestCommand;
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
    for (let done = 0; done < bytes.length;) {
      if (this.failure !== undefined) throw this.failure;
      const rest = bytes.subarray(done);
      if (this.gather(rest)) return;
      this.flush();
      const sent = this.command.sendInput(rest);
      done += sent;
      if (sent === 0) await new Promise<void>((resolve) => (this.wake = resolve));
    }
    this.gatherThisTurn();
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
  }

  /** No more can be written. */
  fail(error: SandboxError): void {
    this.failure ??= error;
    this.source?.stop(this.failure);
    this.drained();
  }

  static closedByReader(): SandboxError {
    const message = "the command has closed its standard input";
    return new SandboxError("closed", message, { errno: "EPIPE" });
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
