// SPDX-License-Identifier: MPL-2.0

import { SandboxError } from "./errors.ts";

/**
 * Levels of the kernel's log, by rising detail, as in syslog(3). A level shows its own
 * messages and the graver ones; "off" shows none.
 */
export const LOG_LEVELS = [
  "off",
  "emerg",
  "alert",
  "crit",
  "err",
  "warning",
  "notice",
  "info",
  "debug",
] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What a kernel takes on x86 (COMMAND_LINE_SIZE, Documentation/arch/x86/boot). */
const MAX_COMMAND_LINE_BYTES = 2048;

export interface CommandLineOptions {
  /** Path of the first program; the kernel's default when absent. */
  readonly init?: string;
  /** Which disk has the root, counted from 0, and as what; absent when the initramfs has it all. */
  readonly root?: { readonly disk: number; readonly type: string };
  readonly logLevel: LogLevel;
  /** Asks for the trace of system calls on the port `aster.strace`. */
  readonly strace?: boolean;
  /** Starts the agent in the place of init: commands come from the host. */
  readonly agent?: boolean;
  /** The most threads at a time, those of the kernel included. */
  readonly maxProcesses?: number;
  /** Folders of the host to mount before the first program starts. */
  readonly mounts?: readonly MountedFolder[];
  /** Further parameters of the user; they come last, so that they win. */
  readonly kernelArgs?: string;
}

/** What becomes of the guest's changes in a folder of the host. */
export const MOUNT_MODES = ["ro", "cow", "rw"] as const;
export type MountMode = (typeof MOUNT_MODES)[number];

/** A folder that a device offers as `tag`, and where the guest has it. */
export interface MountedFolder {
  readonly tag: string;
  readonly mode: MountMode;
  /** Absolute. */
  readonly place: string;
}

/** Bytes that a word of the command line can not have, as %XX. */
function encodePlace(place: string): string {
  return [...Buffer.from(place)]
    .map((byte) =>
      byte > 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x25
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).padStart(2, "0")}`,
    )
    .join("");
}

/** The command line of the kernel. */
export function kernelCommandLine(options: CommandLineOptions): string {
  const line = [
    "console=hvc0",
    "hostname=aster",
    options.init === undefined ? "" : `init=${options.init}`,
    options.root === undefined
      ? ""
      : `root=/dev/vd${String.fromCharCode(0x61 + options.root.disk)} rootfstype=${options.root.type}`,
    // loglevel=N shows the levels below N (kernel-parameters of Linux).
    `loglevel=${LOG_LEVELS.indexOf(options.logLevel)}`,
    options.strace === true ? "aster.strace" : "",
    options.agent === true ? "aster.agent" : "",
    options.maxProcesses === undefined ? "" : `aster.max_processes=${options.maxProcesses}`,
    ...(options.mounts ?? []).map(
      ({ tag, mode, place }) => `aster.mount=${tag}:${mode}:${encodePlace(place)}`,
    ),
    options.kernelArgs?.trim() ?? "",
  ]
    .filter((part) => part !== "")
    .join(" ");
  return checkCommandLine(line);
}

/** `line`, unless a kernel would not take it all. */
export function checkCommandLine(line: string): string {
  if (Buffer.byteLength(line) > MAX_COMMAND_LINE_BYTES) {
    throw new SandboxError(
      "bad-option",
      `the kernel command line is longer than ${MAX_COMMAND_LINE_BYTES} bytes`,
    );
  }
  return line;
}
