// SPDX-License-Identifier: MPL-2.0

import { completeCommand } from "./boot-once.ts";
import { kernelCommandLine } from "./command-line.ts";
import { loadBusybox } from "./initramfs/busybox.ts";
import type { GuestFile } from "./initramfs/image.ts";
import { INIT_PATH, PORT_STATUS } from "./initramfs/init-script.ts";
import { buildWaitingImage, commandArchive, PORT_FILES } from "./initramfs/waiting-image.ts";
import { collect, type CommandResult, type RunCommandOptions } from "./run-command.ts";
import { endFailure, StatusPort } from "./status-port.ts";
import type { Guest, SystemOptions } from "./system.ts";

// A machine that can be copied as it runs is booted once; each copy runs a command of its own.

export { PORT_FILES };

/** What a guest that waits is given: one command, after which it powers off. */
export interface WaitingCommand extends Pick<
  RunCommandOptions,
  "argv" | "env" | "cwd" | "stdin" | "timeoutMs" | "maxOutputBytes"
> {
  readonly files?: readonly GuestFile[];
}

/**
 * Boots a guest on the machine that `start` makes, and resolves when it waits for its command.
 * Rejects with `SandboxError` when it ends instead.
 */
export async function bootWaiting<G extends Guest>(
  start: (options: SystemOptions) => Promise<G>,
): Promise<G> {
  const guest = await start({
    initramfs: buildWaitingImage(loadBusybox()),
    kernelCommandLine: kernelCommandLine({ init: INIT_PATH, mounts: [], logLevel: "warning" }),
  });
  await new Promise<void>((resolve, reject) => {
    const status = new StatusPort(guest.console.port(PORT_STATUS), resolve);
    void guest.ended.then((end) => {
      if (!status.hasStarted) reject(endFailure(end));
    });
  });
  return guest;
}

/** Gives a guest that waits its command. As `runCommand`, and rejects as that does. */
export function runInWaiting(guest: Guest, command: WaitingCommand): Promise<CommandResult> {
  const { argv, env, cwd, files } = command;
  const whole = completeCommand({ argv, ...(env && { env }), ...(cwd !== undefined && { cwd }) });
  guest.console.port(PORT_FILES).send(commandArchive(whole, files));
  return collect(guest, command);
}
