// SPDX-License-Identifier: MPL-2.0

import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCli, type Guest, type SystemOptions } from "@aster/sandbox/cli";
import { kernelArguments } from "../run/guest.ts";
import type { ChannelRequest } from "./channels.ts";
import { planBoot, type QemuSetup } from "./plan.ts";
import type { QemuRun } from "./session.ts";
import { quoteWord } from "./split-words.ts";

/** A folder of its own is made for each run. */
const DIRECTORY = join(tmpdir(), "osdk-XXXXXX");

/** Prints the commands of a boot, as a shell takes them. */
export async function showPlan(
  { isLinuxKernel, options }: QemuRun,
  setup: QemuSetup,
  channels: Omit<ChannelRequest, "directory">,
): Promise<void> {
  const show = (kernelCommandLine: string, initramfs: string | undefined): void => {
    const boot = {
      kernelCommandLine,
      initramfs,
      channels: { directory: DIRECTORY, ...channels },
    };
    const lines = planBoot(setup, boot).map((words) => words.map(quoteWord).join(" "));
    process.stdout.write(`${lines.join("\n")}\n`);
  };
  if (!isLinuxKernel) {
    show(kernelArguments(options), options.initramfs);
    return;
  }
  const start = (system: SystemOptions): Promise<Guest> => {
    show(
      system.kernelCommandLine,
      system.initramfs === undefined ? undefined : join(DIRECTORY, "initramfs"),
    );
    return Promise.resolve(noGuest());
  };
  await runCli({ ...options, start });
}

/** A guest that powered off at once, with success. */
function noGuest(): Guest {
  const port = (answer: string): ReturnType<Guest["console"]["port"]> => ({
    onInputDrained: () => undefined,
    set output(sink: ((bytes: Uint8Array) => boolean) | undefined) {
      if (answer !== "") sink?.(Buffer.from(answer));
    },
    send: () => true,
    endInput: () => undefined,
    close: () => undefined,
    resumeOutput: () => undefined,
  });
  return {
    machine: { stop: () => undefined },
    console: {
      terminal: port(""),
      port: (name) => port(name === "aster.status" ? "0\n" : ""),
      resize: () => undefined,
    },
    hasOwnTerminal: true,
    ended: Promise.resolve({ reason: "power-off", code: 0, logTail: "" }),
  };
}
