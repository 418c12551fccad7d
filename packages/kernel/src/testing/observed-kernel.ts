// SPDX-License-Identifier: MPL-2.0

import { injectPoweroffHandler, injectRestartHandler, main } from "@aster/ostd";
import type { Kernel as BootableKernel } from "@aster/ostd";
import { bootSystem } from "../boot.ts";
import type { Kernel } from "../kernel.ts";

/** Looks into a kernel from outside, while its system runs. */
export interface KernelObserver {
  /** The system is up, and init has not run yet. */
  booted?(kernel: Kernel): void;
  /** A program has powered the machine off or restarted it; all is still there. */
  leaving?(kernel: Kernel): void;
}

/** The kernel as it is, with somebody who looks into it: for tests of the whole system. */
export function observedKernel(observer: KernelObserver): BootableKernel {
  return main(() => {
    const leave = (): void => {
      // A trace wants to know too, and only the first handler is taken.
      kernel.strace?.interrupt();
      observer.leaving?.(kernel);
    };
    // Before the system boots: no other handler is taken then. Nothing powers off before it is up.
    injectPoweroffHandler(leave);
    injectRestartHandler(leave);
    const kernel = bootSystem();
    observer.booted?.(kernel);
  });
}
