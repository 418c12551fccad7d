// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import { CREATION_FLAGS } from "../../abi/fcntl.ts";
import type { OpenFile } from "../../fs/file.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { Device } from "../device.ts";
import type { DeviceOpen } from "../device.ts";
import type { DeviceRegistry } from "../registry.ts";
import { TtyFile } from "./tty-file.ts";

/** Major number of /dev/tty, /dev/console and /dev/ptmx (Linux, devices.txt). */
export const TTYAUX_MAJOR = 5;

/** /dev/console: the terminal that `console=` chose. Opening it never makes it a controlling one. */
export class ConsoleDevice extends Device {
  private readonly devices: DeviceRegistry;

  constructor(devices: DeviceRegistry) {
    super("char", TTYAUX_MAJOR, 1, "console");
    this.devices = devices;
  }

  open({ flags, location }: DeviceOpen): OpenFile | Result {
    const { consoleTty } = this.devices;
    if (consoleTty === undefined) return fail(Errno.ENODEV, "there is no console");
    return new TtyFile(consoleTty, flags & ~CREATION_FLAGS, location, true);
  }
}
