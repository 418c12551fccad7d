// SPDX-License-Identifier: MPL-2.0

import type { JitMode } from "../jit-mode.ts";
import type { SystemEnd } from "../system.ts";

/** A file of the host as a disk of the guest. */
export interface DiskFile {
  readonly path: string;
  readonly readOnly?: boolean;
}

/** A system to be started, as data that can be sent to another thread. */
export interface LinkConfig {
  readonly kernelCommandLine: string;
  readonly initramfs: Uint8Array;
  readonly memoryMiB: number;
  readonly disks: readonly DiskFile[];
  /** A folder of the host that is one disk more. */
  readonly root?: string;
  readonly jit?: JitMode;
  /** Whether the trace of system calls, and the kernel's log, are wanted. */
  readonly hasTrace: boolean;
  readonly hasLog: boolean;
}

/** What comes from the system. */
export interface LinkEvents {
  /** From the agent's port. */
  bytes(bytes: Uint8Array): void;
  trace(bytes: Uint8Array): void;
  log(bytes: Uint8Array): void;
}

/** A running system, on whatever thread. */
export interface Link {
  /** Resolves when the kernel was left; never rejects. */
  readonly ended: Promise<SystemEnd>;
  /** To the agent's port, which keeps the bytes. */
  send(bytes: Uint8Array): void;
  /** Pulls the plug; resolves when nothing of the system is left. */
  stop(): Promise<void>;
  /** Whether the system keeps the caller's process alive. */
  setBusy(isBusy: boolean): void;
}
