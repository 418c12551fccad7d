// SPDX-License-Identifier: MPL-2.0

import { SandboxError } from "./errors.ts";

/** Levels of the kernel's log, in rising detail (the Book, "Kernel Parameters"). */
export const LOG_LEVELS = ["off", "error", "warn", "info", "debug", "trace"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What the kernel's buffer takes on x86 (COMMAND_LINE_SIZE, boot protocol). */
const MAX_COMMAND_LINE_BYTES = 2048;

export interface CommandLineOptions {
  /** Path of the first program. */
  readonly init: string;
  readonly logLevel: LogLevel;
  /** Further parameters of the user; they come last, so that they win. */
  readonly kernelArgs?: string;
}

/** The command line of the kernel. */
export function kernelCommandLine(options: CommandLineOptions): string {
  const line = [
    "console=hvc0",
    `init=${options.init}`,
    `ostd.log_level=${options.logLevel}`,
    options.kernelArgs?.trim() ?? "",
  ]
    .filter((part) => part !== "")
    .join(" ");
  if (Buffer.byteLength(line) > MAX_COMMAND_LINE_BYTES) {
    throw new SandboxError(
      "bad-option",
      `the kernel command line is longer than ${MAX_COMMAND_LINE_BYTES} bytes`,
    );
  }
  return line;
}
