// SPDX-License-Identifier: MPL-2.0

import type { Guest, SystemOptions } from "@aster/sandbox/cli";
import type { OptionValues } from "../cli/take-options.ts";
import { prepare } from "../project/prepare.ts";
import { startLinux } from "./run-linux.ts";
import { LinuxTemplate } from "./template.ts";
import { Session, setUp, type QemuRun } from "./session.ts";

/** Aster's own kernel in QEMU, for programs: tests and benchmarks run in it as in the sandbox. */
export interface LinuxInQemu {
  /** Boots it, once or often; see `startSystem` of @aster/sandbox. Rejects with `OsdkError`. */
  start(this: void, system: SystemOptions): Promise<Guest>;
  /**
   * Boots it once, and keeps the machine as it waits for a command: a copy that runs one starts in
   * a tenth of the time that a boot takes.
   */
  makeTemplate(this: void): Promise<LinuxTemplate>;
}

export interface LinuxInQemuOptions {
  /** Memory of the guest, in MiB; default 256. */
  readonly memoryMiB?: number;
  /** How it is booted; default "qemu-direct". */
  readonly bootMethod?: "qemu-direct" | "grub-rescue-iso" | "grub-qcow2";
  /** Further arguments of QEMU, as `--qemu-args` takes them. */
  readonly qemuArguments?: readonly string[];
}

/**
 * Builds the image unless it is there and nothing has changed. Rejects with `OsdkError` where
 * something that building or QEMU needs is not installed; its message names it.
 */
export async function linuxInQemu(options: LinuxInQemuOptions = {}): Promise<LinuxInQemu> {
  const { memoryMiB, bootMethod = "qemu-direct", qemuArguments = [] } = options;
  const values: OptionValues = new Map([
    ["boot-method", [bootMethod]],
    ["qemu-args", [...qemuArguments]],
  ]);
  const run: QemuRun = {
    prepared: await prepare("run", values, process.cwd()),
    project: undefined,
    isLinuxKernel: true,
    options: memoryMiB === undefined ? {} : { memoryMiB },
    values,
  };
  const session = await Session.open(run, await setUp(run));
  return {
    start: (system) => startLinux(session, system),
    makeTemplate: () => LinuxTemplate.make(session),
  };
}
