// SPDX-License-Identifier: MPL-2.0

import type { HostPort } from "@aster/machine/node";
import { SandboxError } from "./errors.ts";
import type { SystemEnd } from "./system.ts";

/** "\n255\n" is the longest thing that init writes; a guest may write more, which is ignored. */
const MAX_STATUS_BYTES = 16;

/** Reads what the guest's init writes: an empty line before the command, then its exit status. */
export class StatusPort {
  private text = "";

  /** `onWritten` is called when something came. */
  constructor(port: HostPort, onWritten: () => void = () => {}) {
    port.output = (bytes) => {
      for (const byte of bytes) {
        if (this.text.length < MAX_STATUS_BYTES) this.text += String.fromCharCode(byte);
      }
      onWritten();
      return true;
    };
  }

  /** Whether the command was started. */
  get hasStarted(): boolean {
    return this.text !== "";
  }

  /** Whether init wrote an exit status. */
  get isWritten(): boolean {
    return this.text.trim() !== "";
  }

  /** The command's exit status; throws `SandboxError` when the guest ended without telling it. */
  exitCode(end: SystemEnd): number {
    const [, digits] = /^\n?(\d{1,3})\n/.exec(this.text) ?? [];
    const code = Number(digits ?? NaN);
    if (code <= 255) return code;
    throw endFailure(end);
  }
}

/** What it means that a guest ended without the exit status of its command. */
export function endFailure(end: SystemEnd): SandboxError {
  if (end.failure !== undefined) return new SandboxError("kernel-failed", end.failure);
  if (end.reason === "failed" || end.code !== 0) {
    return new SandboxError("kernel-failed", `the kernel failed\n${end.logTail}`.trimEnd());
  }
  return new SandboxError("no-status", "the guest ended without an exit status of the command");
}
