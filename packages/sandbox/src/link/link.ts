// SPDX-License-Identifier: MPL-2.0

import type { HostPort } from "@aster/machine/node";
import type { TerminalSize } from "../boot-options.ts";
import type { JitMode } from "../jit-mode.ts";
import type { HostMount } from "../root/host-mounts.ts";
import type { SystemEnd } from "../system.ts";

/** A file of the host as a disk of the guest. */
export interface DiskFile {
  readonly path: string;
  readonly readOnly?: boolean;
}

/** A system to be started, as data that can be sent to another thread. */
export interface LinkConfig {
  /** File name of a kernel's bundle; default: our own kernel. */
  readonly kernel?: string;
  readonly kernelCommandLine: string;
  readonly initramfs?: Uint8Array;
  readonly memoryMiB: number;
  readonly disks: readonly DiskFile[];
  /** A folder of the host that is one disk more. */
  readonly root?: string;
  readonly mounts: readonly HostMount[];
  readonly bus?: "mmio" | "pci";
  readonly iommu?: boolean;
  readonly jit?: JitMode;
  /** Size of the console's terminal; without one nobody is at the console. */
  readonly console?: TerminalSize;
  /** Whether the kernel has an agent to talk to. */
  readonly hasAgent: boolean;
  /** Whether the trace of system calls, the log, and the early console as it is are wanted. */
  readonly hasTrace: boolean;
  readonly hasLog: boolean;
  readonly hasEarlyConsole: boolean;
}

/** What comes from the system. */
export interface LinkEvents {
  /** From the agent's port. */
  bytes(bytes: Uint8Array): void;
  trace(bytes: Uint8Array): void;
  log(bytes: Uint8Array): void;
  earlyConsole(bytes: Uint8Array): void;
}

/** A running system, on whatever thread. */
export interface Link {
  /** Resolves when the kernel was left; never rejects. */
  readonly ended: Promise<SystemEnd>;
  /** The host's end of the console; what comes there is dropped unless `console` was asked for. */
  readonly console: HostPort;
  /** The console's terminal has a new size. */
  resize(size: TerminalSize): void;
  /** To the agent's port. The caller may use `bytes` again. */
  send(bytes: Uint8Array): void;
  /** Pulls the plug; resolves when nothing of the system is left. */
  stop(): Promise<void>;
  /** Whether the system keeps the caller's process alive. */
  setBusy(isBusy: boolean): void;
}
