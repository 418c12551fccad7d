// SPDX-License-Identifier: MPL-2.0

import { CREATION_FLAGS } from "../../abi/fcntl.ts";
import type { OpenFile } from "../../fs/file.ts";
import type { Result } from "../../result.ts";
import { Device } from "../device.ts";
import type { DeviceOpen } from "../device.ts";
import { TtyFile } from "./tty-file.ts";
import { acquireAtOpen, mayOpenTty } from "./tty-ioctl.ts";
import type { Tty } from "./tty.ts";

/** The node of a terminal. */
export class TtyDevice extends Device {
  readonly tty: Tty;

  constructor(tty: Tty, major: number, minor: number, name: string) {
    super("char", major, minor, name);
    this.tty = tty;
  }

  open({ thread, flags, location }: DeviceOpen): OpenFile | Result {
    const allowed = mayOpenTty(thread, this.tty);
    if (allowed < 0) return allowed;
    acquireAtOpen(thread, this.tty, flags);
    return new TtyFile(this.tty, flags & ~CREATION_FLAGS, location, false);
  }
}
