// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import { CREATION_FLAGS } from "../../abi/fcntl.ts";
import { makeDevice } from "../../abi/stat.ts";
import type { OpenFile } from "../../fs/file.ts";
import { ObjectCost } from "../../kernel-memory.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { Device } from "../device.ts";
import type { DeviceOpen } from "../device.ts";
import type { DeviceRegistry } from "../registry.ts";
import { TTYAUX_MAJOR } from "./console-device.ts";
import { PtyMasterFile } from "./pty-master.ts";

import type { Pty, PtyTable } from "./pty.ts";
import { TtyFile } from "./tty-file.ts";
import { acquireAtOpen, mayOpenTty } from "./tty-ioctl.ts";

/** As /proc/sys/kernel/pty/max, but lower than the default of 4096: each costs some 40 KiB. */
const MAX_PTYS = 1024;
export const PTMX_DEVICE: number = makeDevice(TTYAUX_MAJOR, 2);

/** /dev/ptmx: each open makes a pty and is its master (ptmx(4)). */
export class PtmxDevice extends Device {
  private readonly devices: DeviceRegistry;

  constructor(devices: DeviceRegistry) {
    super("char", TTYAUX_MAJOR, 2, "ptmx", 0o666);
    this.devices = devices;
  }

  open({ thread, flags, location }: DeviceOpen): OpenFile | Result {
    const { fsuid, fsgid } = thread.credentials;
    const { memory } = thread.kernel;
    if (!memory.charge(ObjectCost.PTY)) return fail(Errno.ENOMEM);
    const pty = this.devices.ptys.allocate(fsuid, fsgid, MAX_PTYS, memory);
    if (pty !== undefined) {
      return new PtyMasterFile(pty, this.devices.ptys, flags & ~CREATION_FLAGS, location);
    }
    memory.release(ObjectCost.PTY);
    return fail(Errno.ENOSPC, "all ptys are in use");
  }
}

/** Major 136: the slaves of all ptys, by minor number. Their nodes are in devpts. */
export function openSlave(ptys: PtyTable, minor: number, request: DeviceOpen): OpenFile | Result {
  const pty = ptys.get(minor);
  if (pty === undefined) return fail(Errno.ENXIO, "there is no such pty");
  return openSlaveOf(pty, request);
}

function openSlaveOf(pty: Pty, { thread, flags, location }: DeviceOpen): OpenFile | Result {
  if (pty.locked) return fail(Errno.EIO, "the slave is locked");
  const allowed = mayOpenTty(thread, pty.slave);
  if (allowed < 0) return allowed;
  acquireAtOpen(thread, pty.slave, flags);
  return new TtyFile(pty.slave, flags & ~CREATION_FLAGS, location, false);
}
