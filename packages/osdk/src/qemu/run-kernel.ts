// SPDX-License-Identifier: MPL-2.0

import { constants } from "node:os";
import { pumpInput, pumpOutput, onFatalSignals } from "@aster/machine/node";
import { say } from "../cli/messages.ts";
import { ExitCode } from "../exit-codes.ts";
import { kernelArguments } from "../run/guest.ts";
import { makeChannelDirectory, removeChannelDirectory } from "./channels.ts";
import type { Ending } from "./ending.ts";
import { exitCodeOf, type QemuRun, type Session } from "./session.ts";

/**
 * Boots a project's kernel. As on the built-in machine its early console and its virtio console
 * lead to standard output, standard input to the latter.
 */
export async function runKernel({ options }: QemuRun, session: Session): Promise<number> {
  let signalled: number | undefined;
  const forgetSignals = onFatalSignals((signal) => {
    signalled = constants.signals[signal];
    session.guest?.machine.stop(0);
  });
  const directory = makeChannelDirectory();
  const started = session.start({
    kernelCommandLine: kernelArguments(options),
    initramfs: options.initramfs,
    directory,
    onLog: (bytes) => void process.stdout.write(bytes),
  });
  started.catch(() => removeChannelDirectory(directory));
  const guest = await started;
  // It may have come while QEMU was started.
  if (signalled !== undefined) guest.machine.stop(0);
  const { terminal } = guest.console;
  const screen = pumpOutput(terminal, process.stdout);
  if (!guest.hasOwnTerminal) pumpInput(process.stdin, terminal);
  const end = await guest.ended;
  await screen.flush();
  forgetSignals();
  process.stdin.removeAllListeners("data");
  process.stdin.pause();
  if (signalled !== undefined) return 128 + signalled;
  if (guest.hasTimedOut) {
    say(end.failure ?? "");
    return ExitCode.TIMEOUT;
  }
  return exitCodeOf(session, codeOf(guest.ending));
}

function codeOf(ending: Ending | undefined): number {
  switch (ending?.kind) {
    case "power-off":
      return ending.code;
    case "restart":
      return ExitCode.SUCCESS;
    case "qemu-failed":
      say(ending.message);
      return ExitCode.RUN;
    default:
      return ExitCode.RUN;
  }
}
