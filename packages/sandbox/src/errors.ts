// SPDX-License-Identifier: MPL-2.0

/** What can go wrong on our side of a run; the command's own failures are exit codes. */
export type SandboxErrorCode =
  | "bad-option"
  | "busybox-missing"
  | "busybox-unusable"
  | "initramfs-unusable"
  | "kernel-failed"
  | "no-status"
  | "output-limit"
  | "root-unusable"
  | "timeout";

/** A failure of our own, told in one line for a user; never a bug of the guest. */
export class SandboxError extends Error {
  static readonly NAME = "SandboxError";
  override readonly name: string = SandboxError.NAME;
  readonly code: SandboxErrorCode;

  constructor(code: SandboxErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
