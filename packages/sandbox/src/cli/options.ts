// SPDX-License-Identifier: MPL-2.0

import type { Kernel } from "@aster/ostd";
import type { LogLevel } from "../command-line.ts";
import type { Argument } from "../initramfs/init-script.ts";
import type { JitMode } from "../jit-mode.ts";
import type { HostMount } from "../root/host-mounts.ts";
import type { Guest, SystemOptions } from "../system.ts";

/** What `aster run` was asked for. */
export interface RunOptions {
  /** The command to run; absent for the shell, or the init of `initramfs`. */
  readonly command?: readonly Argument[];
  /** Further variables of the command's environment, each NAME=VALUE. */
  readonly env?: readonly string[];
  readonly cwd?: string;
  readonly memoryMiB?: number;
  /** File names on the host. */
  readonly busybox?: string;
  readonly initramfs?: string;
  /** A folder of the host that is the guest's root. */
  readonly root?: string;
  /** Disk images: FILE, or FILE:ro. */
  readonly disks?: readonly string[];
  /** Folders of the host in the guest. */
  readonly mounts?: readonly HostMount[];
  /** Where the devices stand; default "mmio". */
  readonly bus?: "mmio" | "pci";
  /** Whether the devices' DMA and interrupts go through an IOMMU; default false. */
  readonly iommu?: boolean;
  /** Whether hot code is compiled to WebAssembly; default: where the host allows it. */
  readonly jit?: JitMode;
  readonly kernelArgs?: string;
  /** A build of the kernel to boot; default: the one of `@aster/kernel`. */
  readonly kernel?: Kernel;
  /** Whether our kernel is evaluated in a compartment; false for measuring what that costs. */
  readonly isConfined?: boolean;
  /** Starts the guest on another machine than the built-in one, which reads `disks` itself. */
  readonly start?: (options: SystemOptions) => Promise<Guest>;
  /** Shows the kernel's log on standard error. */
  readonly logLevel?: LogLevel;
  /** Tells on standard error at the end what the CPU has counted. */
  readonly machineStats?: true;
  /** Traces every system call of the guest: to standard error (true), or to a file. */
  readonly strace?: true | string;
  /** Matches each call with the kernel's own rules: findings to standard error (true), or a file. */
  readonly scmlAudit?: true | string;
  /** Further rule sets to match with: SCML files, or directories of them. */
  readonly scml?: readonly string[];
}
