// SPDX-License-Identifier: MPL-2.0

/** What can go wrong on our side of a run; the command's own failures are exit codes. */
export type SandboxErrorCode =
  /** The caller's signal was aborted; the signal's reason is the cause. */
  | "aborted"
  | "bad-option"
  | "busybox-missing"
  | "busybox-unusable"
  /** `onSyscall` or `onLog` threw; what it threw is the cause. The system has ended. */
  | "callback-failed"
  /** The system has ended, and with it what was asked of it. */
  | "closed"
  /** A call about a file of the guest failed; see `errno` and `path`. */
  | "file-failed"
  | "initramfs-unusable"
  | "kernel-failed"
  /** What was given as the kernel is none. */
  | "kernel-unusable"
  /** The guest's memory was not enough for the command. */
  | "memory-limit"
  /** The system was not booted for commands. */
  | "no-commands"
  | "no-status"
  /** The host has no WebAssembly, or forbids compiling it though `jit` asks for that. */
  | "no-webassembly"
  /** The command wrote, or the file holds, more than is allowed. */
  | "output-limit"
  /** The guest had no process left for the command. */
  | "process-limit"
  | "root-unusable"
  /** The command could not be started; see `errno` and `path`. */
  | "spawn-failed"
  /** The time for the command, or for the system, is over. */
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

/** What a guest may use up. */
export type LimitName = "memory" | "output" | "processes" | "time";

const LIMIT_CODES: Readonly<Record<LimitName, SandboxErrorCode>> = {
  memory: "memory-limit",
  output: "output-limit",
  processes: "process-limit",
  time: "timeout",
};

/** What a command had given when it failed; text or bytes, as was asked for. */
export interface PartialResult {
  readonly stdout: string | Uint8Array;
  readonly stderr: string | Uint8Array;
  /** Undefined where the command did not end by itself. */
  readonly exitCode: number | undefined;
}

/** A limit ended what was asked of the guest. */
export class LimitError extends SandboxError {
  readonly limit: LimitName;
  /** Of `exec`: what the command had written. */
  readonly result: PartialResult | undefined;

  constructor(
    limit: LimitName,
    message: string,
    details: SandboxErrorDetails & { readonly result?: PartialResult | undefined } = {},
  ) {
    super(LIMIT_CODES[limit], message, details);
    this.limit = limit;
    this.result = details.result;
  }
}
