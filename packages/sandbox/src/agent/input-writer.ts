// SPDX-License-Identifier: MPL-2.0

import { SandboxError } from "../errors.ts";
import type { GuestCommand } from "./command.ts";

/** Writes a command's input, as fast as the command reads it. */
export class InputWriter {
  private readonly command: GuestCommand;
  /** What waits for the guest to take more. */
  private wake: (() => void) | undefined;
  private failure: SandboxError | undefined;

  constructor(command: GuestCommand) {
    this.command = command;
  }

  /** Resolves when all bytes are on their way; rejects when nobody will read them. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      if (this.failure !== undefined) throw this.failure;
      const sent = this.command.sendInput(bytes.subarray(done));
      done += sent;
      if (sent === 0) await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  drained(): void {
    const { wake } = this;
    this.wake = undefined;
    wake?.();
  }

  /** No more can be written. */
  fail(error: SandboxError): void {
    this.failure ??= error;
    this.drained();
  }

  static closedByReader(): SandboxError {
    const message = "the command has closed its standard input";
    return new SandboxError("closed", message, { errno: "EPIPE" });
  }
}
