// SPDX-License-Identifier: MPL-2.0

import { ExitCode, poweroff } from "@aster/ostd";
import type { Kernel } from "../kernel.ts";
import { LogLevel } from "../log.ts";

/**
 * Init has ended: there is nobody left to run the system, which ends with `Failure`. Other than
 * Linux, which trusts nothing by then, it writes back what programs wrote: the kernel is whole.
 */
export function panicOfInit(kernel: Kernel, status: number): never {
  const code = status.toString(16).padStart(8, "0");
  kernel.log.write(LogLevel.EMERG, `Kernel panic: Attempted to kill init! exitcode=0x${code}`);
  kernel.vfs.shutdown();
  poweroff(ExitCode.FAILURE);
}
