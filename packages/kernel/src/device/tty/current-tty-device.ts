// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import { CREATION_FLAGS } from "../../abi/fcntl.ts";
import type { OpenFile } from "../../fs/file.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { Device } from "../device.ts";
import type { DeviceOpen } from "../device.ts";
import { TTYAUX_MAJOR } from "./console-device.ts";
import { TtyFile } from "./tty-file.ts";
import { mayOpenTty } from "./tty-ioctl.ts";

/** /dev/tty: the controlling terminal of whoever opens it (tty(4)). */
export class CurrentTtyDevice extends Device {
  constructor() {
    super("char", TTYAUX_MAJOR, 0, "tty", 0o666);
  }

  open({ thread, flags, location }: DeviceOpen): OpenFile | Result {
    const tty = thread.process.session.controllingTty;
    if (tty === undefined) return fail(Errno.ENXIO, "the process has no controlling terminal");
    const allowed = mayOpenTty(thread, tty);
    if (allowed < 0) return allowed;
    return new TtyFile(tty, flags & ~CREATION_FLAGS, location, false);
  }
}
