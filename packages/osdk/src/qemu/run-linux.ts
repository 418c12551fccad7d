// SPDX-License-Identifier: MPL-2.0

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCli, type SystemOptions } from "@aster/sandbox/cli";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { makeChannelDirectory } from "./channels.ts";
import type { QemuGuest } from "./guest.ts";
import { exitCodeOf, STRACE_PORT, type QemuRun, type Session } from "./session.ts";

/** Boots the Linux-compatible kernel as on the built-in machine, with the machine changed. */
export async function runLinux({ options }: QemuRun, session: Session): Promise<number> {
  const code = await runCli({ ...options, start: (system) => startLinux(session, system) });
  return exitCodeOf(session, code);
}

/** As `startSystem` of @aster/sandbox, in QEMU. Throws `OsdkError`. */
export async function startLinux(session: Session, system: SystemOptions): Promise<QemuGuest> {
  if ((system.disks ?? []).length > 0) {
    const message = "--root is for the built-in machine; QEMU takes disk images by --disk";
    throw new OsdkError(ExitCode.USAGE, message);
  }
  const directory = makeChannelDirectory();
  let initramfs: string | undefined;
  if (system.initramfs !== undefined) {
    initramfs = join(directory, "initramfs");
    writeFileSync(initramfs, system.initramfs);
  }
  const { onLog, onStrace, terminalSize: size } = system;
  // QEMU's console tells the guest no size.
  const kernelCommandLine =
    (size === undefined ? "" : `aster.console_size=${size.columns}x${size.rows} `) +
    system.kernelCommandLine;
  const guest = await session.start({ kernelCommandLine, initramfs, directory, onLog });
  if (onStrace !== undefined) {
    guest.console.port(STRACE_PORT).output = (bytes) => {
      onStrace(bytes);
      return true;
    };
  }
  return guest;
}
