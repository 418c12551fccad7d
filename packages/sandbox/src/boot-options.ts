// SPDX-License-Identifier: MPL-2.0

import type { LogLevel } from "./command-line.ts";
import type { GuestFile } from "./initramfs/image.ts";
import type { JitMode } from "./jit-mode.ts";
import type { DiskFile } from "./link/link.ts";
import type { Kernel } from "@aster/ostd";
import type { HostMount } from "./root/host-mounts.ts";
import type { SyscallEvent } from "./syscall-trace.ts";

/** Of a terminal, in characters. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/**
 * What a system is booted for. "commands": to run those of `exec` and `spawn`. "init": the
 * userland's own first program. "kernel": a kernel that is not Aster's own, such as `osdk new`
 * makes. With the latter two, the console and how the system ends are all that comes of it.
 */
export type BootMode = "commands" | "init" | "kernel";

/** What a system may use. */
export interface Limits {
  /** Memory of the guest; default 256, and 1024 with `root`. */
  readonly memoryMiB?: number;
  /** Processes and threads at a time, the kernel's own included; default by the memory. */
  readonly processes?: number;
  /** Real time from boot on, after which the system is stopped; default: none. */
  readonly timeMs?: number;
  /** Bytes that one `exec` may write, or `fs.readFile` may read; default 64 MiB. */
  readonly outputBytes?: number;
}

/** Nothing of the host reaches the guest but what is named here. */
export interface BootOptions {
  /** What the system is for; default "commands". */
  readonly mode?: BootMode;
  /**
   * The kernel to boot: the file name of a bundle that `osdk build` made, or with `thread`
   * "caller" the kernel itself. Default: Aster's own, which the modes "commands" and "init" need.
   */
  readonly kernel?: string | Kernel;
  /** The thread that the guest runs on; default a worker of its own. */
  readonly thread?: "own" | "caller";
  readonly limits?: Limits;
  /** Environment of all commands; default HOME and PATH. */
  readonly env?: Readonly<Record<string, string>>;
  /** Files to put into the guest first. */
  readonly files?: readonly GuestFile[];
  /** Bytes or file name of a static x86-64 busybox; default: the host's. */
  readonly busybox?: string | Uint8Array;
  /** A cpio archive (plain or gzip) to use in the place of busybox. */
  readonly initramfs?: Uint8Array;
  /**
   * A folder of the host to use in the place of busybox, such as `aster rootfs` makes. What the
   * guest changes stays in the guest; it can read all of the folder.
   */
  readonly root?: string;
  /** Folders of the host in the guest. */
  readonly mounts?: readonly HostMount[];
  /** Disk images on the host, seen as /dev/vda and so on. */
  readonly disks?: readonly DiskFile[];
  /**
   * Whether hot code is compiled to WebAssembly; default "on", and "off" with a warning where the host forbids that.
   * "eager" compiles all code when it is first met, which is slow, and a test of the compiler.
   */
  readonly jit?: JitMode;
  /** Where the devices stand; default "mmio". */
  readonly bus?: "mmio" | "pci";
  /** Whether the devices' DMA and interrupts go through an IOMMU; default false. */
  readonly iommu?: boolean;
  /**
   * Size of the terminal at the system's console, or true for 80 by 24 characters: somebody is
   * there then, and has to read `console.output`. Default: false, and true for the modes "init"
   * and "kernel".
   */
  readonly console?: boolean | TerminalSize;
  /** Further parameters for the kernel; all that there are, with the mode "kernel". */
  readonly kernelArgs?: string;
  /** Sees every system call of the guest, which runs slower for it. */
  readonly onSyscall?: (event: SyscallEvent) => void;
  /** Gets the same as text, as strace prints it. */
  readonly onTrace?: (bytes: Uint8Array) => void;
  /** Gets the kernel's log by lines. */
  readonly onLog?: (line: string) => void;
  /** How much goes to `onLog`; default "warning". */
  readonly logLevel?: LogLevel;
  /**
   * Gets what the kernel prints on its early console, as it is. Default: it comes with
   * `console.output` in the mode "kernel", and is dropped else.
   */
  readonly onEarlyConsole?: (bytes: Uint8Array) => void;
  /** Ends the boot, or the system. */
  readonly signal?: AbortSignal;
}
