// SPDX-License-Identifier: MPL-2.0

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { onFatalSignals } from "@aster/machine/node";
import { describe, runCli, SandboxError, type SystemOptions } from "@aster/sandbox/cli";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { makeChannelDirectory, removeChannelDirectory } from "./channels.ts";
import type { QemuGuest } from "./guest.ts";
import { exitCodeOf, STRACE_PORT, type QemuRun, type Session } from "./session.ts";

/** Boots the Linux-compatible kernel as on the built-in machine, with the machine changed. */
export async function runLinux({ options }: QemuRun, session: Session): Promise<number> {
  const start = async (system: SystemOptions): Promise<QemuGuest> => {
    try {
      return await startLinux(session, system);
    } catch (error) {
      if (!(error instanceof OsdkError)) throw error;
      throw new SandboxError("kernel-failed", error.message);
    }
  };
  return exitCodeOf(session, await runCli({ ...options, start }));
}

/** As `startSystem` of @aster/sandbox, in QEMU. Throws `OsdkError`. */
export async function startLinux(session: Session, system: SystemOptions): Promise<QemuGuest> {
  if ((system.disks ?? []).length > 0) {
    const message = "--root is for the built-in machine; QEMU takes disk images by --disk";
    throw new OsdkError(ExitCode.USAGE, message);
  }
  const directory = makeChannelDirectory();
  // Until the guest has it, the folder is ours to remove, whatever comes between.
  let isInterrupted = false;
  const forgetSignals = onFatalSignals(() => {
    isInterrupted = true;
  });
  try {
    const guest = await startIn(directory, session, system);
    if (!isInterrupted) return guest;
    guest.machine.stop(0);
    await guest.ended;
    throw new OsdkError(ExitCode.EXECUTE, "interrupted");
  } catch (error) {
    removeChannelDirectory(directory);
    throw error;
  } finally {
    forgetSignals();
  }
}

async function startIn(
  directory: string,
  session: Session,
  system: SystemOptions,
): Promise<QemuGuest> {
  let initramfs: string | undefined;
  if (system.initramfs !== undefined) {
    initramfs = join(directory, "initramfs");
    try {
      writeFileSync(initramfs, system.initramfs);
    } catch (error) {
      throw new OsdkError(ExitCode.EXECUTE, `cannot write ${initramfs}: ${describe(error)}`);
    }
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
