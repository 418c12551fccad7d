// SPDX-License-Identifier: MPL-2.0

/** What can go wrong on our side of a run; the command's own failures are exit codes. */
export type SandboxErrorCode =
  /** The caller's signal was aborted; the signal's reason is the cause. */
  | "aborted"
  | "bad-option"
  | "busybox-missing"
  | "busybox-unusable"
  /** The system has ended, and with it what was asked of it. */
  | "closed"
  /** A call about a file of the guest failed; see `errno` and `path`. */
  | "file-failed"
  | "initramfs-unusable"
  | "kernel-failed"
  | "no-status"
  | "output-limit"
  | "root-unusable"
  /** The command could not be started; see `errno` and `path`. */
  | "spawn-failed"
  | "timeout";

export interface SandboxErrorDetails {
  /** The guest's errno by name, such as "ENOENT". */
  readonly errno?: string;
  /** The guest's file that is to blame. */
  readonly path?: string;
  readonly cause?: unknown;
}

/** A failure of our own, told in one line for a user; never a bug of the guest. */
export class SandboxError extends Error {
  static readonly NAME = "SandboxError";
  override readonly name: string = SandboxError.NAME;
  readonly code: SandboxErrorCode;
  readonly errno: string | undefined;
  readonly path: string | undefined;

  constructor(code: SandboxErrorCode, message: string, details: SandboxErrorDetails = {}) {
    super(message, "cause" in details ? { cause: details.cause } : undefined);
    this.code = code;
    this.errno = details.errno;
    this.path = details.path;
  }
}
