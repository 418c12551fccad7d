// SPDX-License-Identifier: MPL-2.0

import type { RunOptions } from "@aster/sandbox/cli";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import type { ResolvedAction } from "../manifest/resolve.ts";
import { manifestFile } from "../manifest/manifest-file.ts";

/** Options that only the userland of the Linux-compatible kernel understands. */
const LINUX_ONLY = {
  env: "env",
  cwd: "cwd",
  busybox: "busybox",
  root: "root",
  mounts: "mount",
  strace: "strace",
  scmlAudit: "scml-audit",
  scml: "scml",
  logLevel: "log",
  machineStats: "machine-stats",
} as const;

/**
 * The guest's options after the manifest and the command line were laid over each other. A command
 * after `--` stands above `boot.init_args`. Throws `OsdkError` for options that the kernel has
 * no use for.
 */
export function mergeGuest(
  action: ResolvedAction,
  guest: RunOptions,
  manifestDirectory: string,
  isLinuxKernel: boolean,
): RunOptions {
  const { boot } = action;
  const initArgs = boot.init_args ?? [];
  const kernelArgs = [...(boot.kcmd_args ?? []).map(quoteArgument), guest.kernelArgs ?? ""];
  const initramfs =
    boot.initramfs === undefined ? undefined : manifestFile(manifestDirectory, boot.initramfs);
  if (!isLinuxKernel) {
    const names = Object.keys(LINUX_ONLY) as (keyof typeof LINUX_ONLY)[];
    const useless = names.find((name) => isGiven(guest[name]));
    if (useless !== undefined) {
      const message = `--${LINUX_ONLY[useless]} is for the Linux-compatible kernel, and this is another one`;
      throw new OsdkError(ExitCode.USAGE, message);
    }
  }
  // An init of the user's own gets them from the kernel; in our userland they are the command.
  const forInit = guest.command === undefined && (initramfs !== undefined || !isLinuxKernel);
  if (forInit && initArgs.length > 0) kernelArgs.push("--", ...initArgs.map(quoteArgument));
  const line = kernelArgs.join(" ").trim();
  const command = guest.command ?? (forInit || initArgs.length === 0 ? undefined : initArgs);
  return {
    ...guest,
    ...(command !== undefined && { command }),
    ...(line !== "" && { kernelArgs: line }),
    ...(initramfs !== undefined && { initramfs }),
  };
}

/** The command line for a kernel that gets the command as arguments of its init. */
export function kernelArguments(options: RunOptions): string {
  const words = [options.kernelArgs ?? ""];
  if (options.command !== undefined) {
    words.push("--", ...options.command.map((word) => quoteArgument(String(word))));
  }
  return words.join(" ").trim();
}

/** On a kernel's command line only double quotes keep a space. */
function quoteArgument(argument: string): string {
  return /\s/.test(argument) ? `"${argument}"` : argument;
}

function isGiven(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined;
}
